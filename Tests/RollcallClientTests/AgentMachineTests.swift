import RollcallWire
import Testing

@testable import RollcallClient

@Suite("What an agent decides")
struct AgentMachineTests {
    private static func machine(endpoints: Int = 1, checks: Int = 0, hasChild: Bool = false) -> AgentMachine {
        var settings = AgentMachine.Settings()
        settings.endpoints = endpoints
        settings.checks = checks
        settings.hasChild = hasChild
        return AgentMachine(settings: settings)
    }

    private static func entry(interval: Double = 10, next: Double = 10) -> HeartbeatEntry {
        var entry = HeartbeatEntry(index: 0, host: "h", binary: "b", uuid: "u")
        entry.reportInterval = interval
        entry.nextReportIn = next
        return entry
    }

    private func attempt(_ directives: [AgentDirective]) -> AgentTry? {
        directives.lazy.compactMap { if case .send(let attempt) = $0 { attempt } else { nil } }.first
    }

    private func timer(_ directives: [AgentDirective]) -> (id: Int, at: Duration)? {
        directives.lazy.compactMap { if case .setTimer(let id, let time) = $0 { (id, time) } else { nil } }.last
    }

    private func messages(_ directives: [AgentDirective], _ level: AgentNotice.Level) -> [String] {
        directives.compactMap {
            if case .notice(.message(level, let text)) = $0 { text } else { nil }
        }
    }

    /// A machine whose first beat was accepted at 0 s, and the timer it set.
    private func beating(
        _ machine: AgentMachine,
        interval: Double = 10
    ) throws -> (AgentMachine, timer: (id: Int, at: Duration)) {
        var machine = machine
        var directives = machine.started(at: .zero)
        for check in machine.checks.indices {
            directives += machine.happened(.checkPassed(check), at: .zero)
        }
        let first = try #require(attempt(directives))
        let answer = machine.answered(
            first.id,
            .accepted(Self.entry(interval: interval, next: interval)),
            at: .zero,
            chance: 0.5
        )
        return (machine, try #require(timer(answer)))
    }

    @Test("it beats at once, is ready with the first accepted beat, and goes on when it was told to")
    func rhythm() throws {
        var machine = Self.machine()
        let first = try #require(attempt(machine.started(at: .zero)))
        #expect(first.message == .beat(sequence: 1))
        let answer = machine.answered(first.id, .accepted(Self.entry(next: 9.5)), at: .seconds(1), chance: 0)
        #expect(answer.contains(.notice(.ready)))
        let next = try #require(timer(answer))
        // Counted from the beginning of the attempt, not from its answer.
        #expect(next.at == .seconds(9.5))
        let second = try #require(attempt(machine.timerFired(id: next.id, at: next.at)))
        #expect(second.message == .beat(sequence: 2))
        #expect(
            !machine.answered(second.id, .accepted(Self.entry()), at: .seconds(10), chance: 0).contains(.notice(.ready))
        )
    }

    @Test("it says once that the service is forced down, once that it is no more, and again the next time")
    func forcedDown() throws {
        var (machine, timer) = try beating(Self.machine())
        var told: [Bool] = []
        for isForced in [true, true, false, false, true] {
            let beat = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
            var entry = Self.entry()
            if isForced {
                entry.state = .down
                entry.stateReason = .forcedDown
            }
            let answer = machine.answered(beat.id, .accepted(entry), at: timer.at, chance: 0.5)
            told.append(answer.contains(.notice(.forcedDown)))
            timer = try #require(self.timer(answer))
        }
        #expect(told == [true, false, false, false, true])
    }

    @Test(
        "an attempt takes at most half an interval, two seconds, and its share of the interval",
        arguments: [
            (10.0, 1, 2.0), (10, 2, 2), (10, 10, 1), (1, 1, 0.5), (1, 2, 0.5), (1, 4, 0.25), (0.1, 1, 0.05),
        ]
    )
    func limits(interval: Double, endpoints: Int, limit: Double) throws {
        var (machine, timer) = try beating(Self.machine(endpoints: endpoints), interval: interval)
        let attempt = try #require(self.attempt(machine.timerFired(id: timer.id, at: timer.at)))
        #expect(attempt.limit == .seconds(limit))
    }

    @Test("a round that nobody answers tries each endpoint once within one interval, each time as a new beat")
    func round() throws {
        var (machine, timer) = try beating(Self.machine(endpoints: 3), interval: 6)
        let start = timer.at
        var now = start
        var current = try #require(attempt(machine.timerFired(id: timer.id, at: now)))
        var tried = [current.endpoint]
        var directives: [AgentDirective] = []
        for _ in 1...3 {
            now += current.limit
            directives = machine.answered(current.id, .unanswered("silence"), at: now, chance: 0.5)
            guard let next = attempt(directives) else { break }
            #expect(next.message == .beat(sequence: Int64(tried.count) + 2))
            tried.append(next.endpoint)
            current = next
        }
        #expect(Set(tried) == [0, 1, 2])
        #expect(tried.count == 3)
        #expect(now - start <= .seconds(6))
        #expect(messages(directives, .warning).count == 1)
        #expect(try #require(self.timer(directives)).at > now)
    }

    @Test("an endpoint that answered is kept; one that did not is left for the next")
    func stays() throws {
        var (machine, timer) = try beating(Self.machine(endpoints: 2))
        let first = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
        #expect(first.endpoint == 0)
        let second = try #require(attempt(machine.answered(first.id, .unanswered(""), at: .seconds(11), chance: 0)))
        #expect(second.endpoint == 1)
        let next = try #require(
            self.timer(machine.answered(second.id, .accepted(Self.entry()), at: .seconds(11), chance: 0))
        )
        #expect(attempt(machine.timerFired(id: next.id, at: next.at))?.endpoint == 1)
    }

    @Test(
        "a daemon that lost its driver or its database is as one that does not answer",
        arguments: [
            WireErrorCode.driverLost, .databaseUnavailable,
        ]
    )
    func lost(code: WireErrorCode) throws {
        var (machine, timer) = try beating(Self.machine(endpoints: 2))
        let first = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
        let directives = machine.answered(first.id, .refused(code, ""), at: timer.at, chance: 0)
        #expect(attempt(directives)?.endpoint == 1)
        #expect(messages(directives, .error).isEmpty)
    }

    @Test(
        "a lasting refusal is one error, and a sixth of the pace, until a beat is accepted again",
        arguments: [
            WireErrorCode.staleIncarnation, .serviceDeleted, .staleSequence, .left,
        ]
    )
    func refused(code: WireErrorCode) throws {
        var (machine, timer) = try beating(Self.machine(endpoints: 2))
        let start = timer.at
        let first = try #require(attempt(machine.timerFired(id: timer.id, at: start)))
        var directives = machine.answered(first.id, .refused(code, "no"), at: start, chance: 0.5)
        #expect(messages(directives, .error).count == 1)
        #expect(attempt(directives) == nil)
        var next = try #require(self.timer(directives))
        #expect(next.at - start == .seconds(60))
        let second = try #require(attempt(machine.timerFired(id: next.id, at: next.at)))
        #expect(second.message == .beat(sequence: 3))
        directives = machine.answered(second.id, .refused(code, "no"), at: next.at, chance: 0.5)
        #expect(messages(directives, .error).isEmpty)
        next = try #require(self.timer(directives))
        let third = try #require(attempt(machine.timerFired(id: next.id, at: next.at)))
        directives = machine.answered(third.id, .accepted(Self.entry()), at: next.at, chance: 0.5)
        #expect(messages(directives, .info) == ["heartbeats are accepted again"])
        #expect(try #require(self.timer(directives)).at - next.at == .seconds(10))
    }

    @Test("another refusal keeps the pace")
    func notRegistered() throws {
        var (machine, timer) = try beating(Self.machine())
        let first = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
        let directives = machine.answered(first.id, .refused(.notRegistered, "no"), at: timer.at, chance: 0.5)
        #expect(messages(directives, .error).count == 1)
        #expect(try #require(self.timer(directives)).at - timer.at == .seconds(10))
    }

    @Test(
        "what a daemon says of the next beat is taken within bounds",
        arguments: [
            (-1e300, 0.05), (0, 0.05), (1e300, 3_600),
        ]
    )
    func bounds(said: Double, taken: Double) throws {
        var machine = Self.machine()
        let first = try #require(attempt(machine.started(at: .zero)))
        let entry = Self.entry(interval: said, next: said)
        let next = try #require(timer(machine.answered(first.id, .accepted(entry), at: .zero, chance: 0)))
        #expect(next.at == .seconds(taken))
    }

    @Test("an answer to an attempt that is over, and a timer that was replaced, change nothing")
    func stale() throws {
        var (machine, timer) = try beating(Self.machine())
        #expect(machine.answered(1, .unanswered("late"), at: .seconds(1), chance: 0).isEmpty)
        #expect(machine.timerFired(id: timer.id - 1, at: .seconds(1)).isEmpty)
        #expect(attempt(machine.timerFired(id: timer.id, at: timer.at)) != nil)
        #expect(machine.timerFired(id: timer.id, at: timer.at).isEmpty)
    }

    @Test("it does not beat before every check has passed")
    func checksFirst() {
        var machine = Self.machine(checks: 2)
        #expect(machine.started(at: .zero).isEmpty)
        #expect(attempt(machine.happened(.checkPassed(1), at: .zero)) == nil)
        #expect(attempt(machine.happened(.checkPassed(0), at: .zero))?.message == .beat(sequence: 1))
    }

    @Test("a check that fails before the first beat reports nothing")
    func failsAtStart() {
        var machine = Self.machine(checks: 1)
        _ = machine.started(at: .zero)
        let directives = machine.happened(.checkFailed(0, message: "no"), at: .zero)
        #expect(attempt(directives) == nil)
        #expect(messages(directives, .error) == ["a check failed: no; nothing is reported before the first heartbeat"])
    }

    @Test("a failed check is reported once; beats stop until all pass, and then begin at once")
    func failure() throws {
        var (machine, timer) = try beating(Self.machine(checks: 2))
        let report = try #require(attempt(machine.happened(.checkFailed(0, message: "disk"), at: .seconds(1))))
        #expect(report.message == .failed("disk"))
        #expect(attempt(machine.answered(report.id, .noted, at: .seconds(1), chance: 0)) == nil)
        #expect(attempt(machine.happened(.checkFailed(0, message: "disk"), at: .seconds(2))) == nil)
        #expect(attempt(machine.happened(.checkFailed(1, message: "net"), at: .seconds(2))) == nil)
        #expect(attempt(machine.timerFired(id: timer.id, at: timer.at)) == nil)
        #expect(attempt(machine.happened(.checkPassed(0), at: .seconds(12))) == nil)
        let beat = try #require(attempt(machine.happened(.checkPassed(1), at: .seconds(13))))
        #expect(beat.message == .beat(sequence: 2))
    }

    @Test("a failure waits for the beat under way, so that the beat cannot undo it")
    func failureAfterBeat() throws {
        var (machine, timer) = try beating(Self.machine(checks: 1))
        let beat = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
        #expect(attempt(machine.happened(.checkFailed(0, message: "disk"), at: timer.at)) == nil)
        let directives = machine.answered(beat.id, .accepted(Self.entry()), at: timer.at, chance: 0)
        #expect(attempt(directives)?.message == .failed("disk"))
    }

    @Test("a failure that nobody hears is told again, elsewhere and later")
    func failureAgain() throws {
        var (machine, _) = try beating(Self.machine(endpoints: 2, checks: 1))
        var report = try #require(attempt(machine.happened(.checkFailed(0, message: "disk"), at: .seconds(1))))
        report = try #require(attempt(machine.answered(report.id, .unanswered(""), at: .seconds(2), chance: 0.5)))
        #expect(report.message == .failed("disk"))
        let directives = machine.answered(report.id, .unanswered(""), at: .seconds(3), chance: 0.5)
        let later = try #require(timer(directives))
        #expect(attempt(machine.timerFired(id: later.id, at: later.at))?.message == .failed("disk"))
    }

    @Test("stopped, it leaves and ends")
    func leave() throws {
        var (machine, _) = try beating(Self.machine())
        let attempt = try #require(self.attempt(machine.happened(.stopRequested, at: .seconds(1))))
        #expect(attempt.message == .left)
        #expect(machine.answered(attempt.id, .noted, at: .seconds(1), chance: 0) == [.finish])
    }

    @Test("stopped during a beat, it leaves after it")
    func leaveAfterBeat() throws {
        var (machine, timer) = try beating(Self.machine())
        let beat = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
        #expect(attempt(machine.happened(.stopRequested, at: timer.at)) == nil)
        let last = try #require(attempt(machine.answered(beat.id, .accepted(Self.entry()), at: timer.at, chance: 0)))
        #expect(last.message == .left)
        // The answer to the beat must not be taken for the answer to the leave.
        #expect(machine.answered(last.id, .noted, at: timer.at, chance: 0) == [.finish])
    }

    @Test("leaving is tried at every endpoint, and then it ends all the same")
    func leaveUnheard() throws {
        var (machine, _) = try beating(Self.machine(endpoints: 3))
        var directives = machine.happened(.stopRequested, at: .seconds(1))
        var tried: [Int] = []
        while let attempt = self.attempt(directives) {
            #expect(attempt.message == .left)
            tried.append(attempt.endpoint)
            directives = machine.answered(attempt.id, .unanswered(""), at: .seconds(2), chance: 0)
        }
        #expect(tried == [0, 1, 2])
        #expect(directives.last == .finish)
    }

    @Test("stopped with a child, it beats on until the child has ended, and then leaves")
    func stopWithChild() throws {
        var (machine, timer) = try beating(Self.machine(hasChild: true))
        #expect(attempt(machine.happened(.stopRequested, at: .seconds(1))) == nil)
        let beat = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
        #expect(beat.message == .beat(sequence: 2))
        _ = machine.answered(beat.id, .accepted(Self.entry()), at: timer.at, chance: 0)
        let last = try #require(attempt(machine.happened(.childEnded(message: "exited with status 0"), at: timer.at)))
        #expect(last.message == .left)
    }

    @Test("a child that ends by itself is a failure, with how it ended, and the end")
    func childDies() throws {
        var (machine, _) = try beating(Self.machine(hasChild: true))
        let directives = machine.happened(.childEnded(message: "killed by signal 9"), at: .seconds(1))
        #expect(directives.first == .notice(.message(.error, "the child ended: killed by signal 9")))
        let attempt = try #require(self.attempt(directives))
        #expect(attempt.message == .failed("killed by signal 9"))
        #expect(machine.answered(attempt.id, .noted, at: .seconds(1), chance: 0) == [.finish])
    }

    @Test("a replaced agent says nothing at its end: the service is another's")
    func replacedIsQuiet() throws {
        var (machine, timer) = try beating(Self.machine(hasChild: true))
        let beat = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
        let directives = machine.answered(beat.id, .refused(.staleIncarnation, ""), at: timer.at, chance: 0)
        #expect(!directives.contains(.finish))
        #expect(machine.happened(.childEnded(message: "exited with status 0"), at: .seconds(20)).last == .finish)
    }

    @Test("an agent that was never heard ends without a word")
    func neverBeat() {
        var machine = Self.machine(checks: 1)
        _ = machine.started(at: .zero)
        #expect(machine.happened(.stopRequested, at: .seconds(1)) == [.finish])
        #expect(machine.happened(.stopRequested, at: .seconds(2)).isEmpty)
    }

    // MARK: Direct

    /// A machine that went to the back end after its first beat, and the timer it set.
    private func direct(
        pace: Duration = .seconds(1),
        checks: Int = 0
    ) throws -> (AgentMachine, timer: (id: Int, at: Duration)) {
        var settings = AgentMachine.Settings()
        settings.directPace = pace
        settings.checks = checks
        settings.endpoints = 2
        var machine = AgentMachine(settings: settings)
        var directives = machine.started(at: .zero)
        for check in machine.checks.indices { directives += machine.happened(.checkPassed(check), at: .zero) }
        let first = try #require(attempt(directives))
        #expect(first.message == .beat(sequence: 1), "the first goes to a daemon")
        let second = try #require(
            attempt(machine.answered(first.id, .accepted(Self.entry()), at: .zero, chance: 0.5))
        )
        #expect(second.message == .direct(sequence: 2))
        let next = timer(machine.answered(second.id, .noted, at: .zero, chance: 0.5))
        return (machine, try #require(next))
    }

    @Test(
        "once a daemon knows it the back end is told, at its pace, and daemons are asked rarely whether that is right"
    )
    func goesDirect() throws {
        var (machine, timer) = try direct()
        #expect(timer.at == .seconds(1))
        var inquiries: [Duration] = []
        for _ in 0..<130 {
            var now = timer.at
            var directives = machine.timerFired(id: timer.id, at: now)
            while let attempt = attempt(directives) {
                if attempt.message == .inquiry { inquiries.append(now) }
                if case .beat = attempt.message { Issue.record("a beat at a daemon") }
                now += .milliseconds(1)
                directives = machine.answered(attempt.id, .noted, at: now, chance: 0.5)
            }
            timer = try #require(self.timer(directives))
        }
        #expect(inquiries.count == 2, "at 6 times the interval")
    }

    @Test("a back end that is away is tried once an interval, and daemons hear of the service meanwhile")
    func awayDirectly() throws {
        var (machine, timer) = try direct()
        for round in 0..<4 {
            let now = timer.at
            let attempt = try #require(self.attempt(machine.timerFired(id: timer.id, at: now)))
            guard case .direct = attempt.message else {
                Issue.record("\(attempt.message)")
                return
            }
            let failed = machine.answered(attempt.id, .unanswered("away"), at: now, chance: 0.5)
            #expect(messages(failed, .warning).count == (round == 0 ? 1 : 0), "said once")
            let beat = try #require(self.attempt(failed))
            guard case .beat = beat.message else {
                Issue.record("\(beat.message)")
                return
            }
            let accepted = machine.answered(beat.id, .accepted(Self.entry()), at: now, chance: 0.5)
            #expect(self.attempt(accepted) == nil)
            timer = try #require(self.timer(accepted))
            #expect(timer.at == now + .seconds(10))
        }
        let last = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
        let again = machine.answered(last.id, .noted, at: timer.at, chance: 0.5)
        #expect(messages(again, .info).count == 1)
    }

    @Test("of a failure and its end daemons hear, and of one that another has replaced, too")
    func failedDirectly() throws {
        var (machine, timer) = try direct(checks: 1)
        let failed = try #require(
            attempt(machine.happened(.checkFailed(0, message: "full"), at: .milliseconds(500)))
        )
        #expect(failed.message == .failed("full"))
        _ = machine.answered(failed.id, .noted, at: .milliseconds(501), chance: 0.5)
        #expect(machine.timerFired(id: timer.id, at: timer.at).isEmpty, "what was planned is off")
        let back = try #require(attempt(machine.happened(.checkPassed(0), at: .seconds(2))))
        guard case .beat = back.message else {
            Issue.record("\(back.message)")
            return
        }
        let later = machine.answered(back.id, .accepted(Self.entry()), at: .seconds(2), chance: 0.5)
        timer = try #require(self.timer(later))
        let direct = try #require(attempt(machine.timerFired(id: timer.id, at: .seconds(70))))
        let inquiry = try #require(attempt(machine.answered(direct.id, .noted, at: .seconds(70), chance: 0.5)))
        #expect(inquiry.message == .inquiry)
        let refused = machine.answered(
            inquiry.id,
            .refused(.staleIncarnation, "another"),
            at: .seconds(70),
            chance: 0.5
        )
        let beat = try #require(attempt(refused))
        guard case .beat = beat.message else {
            Issue.record("\(beat.message)")
            return
        }
        let stale = machine.answered(beat.id, .refused(.staleIncarnation, "another"), at: .seconds(70), chance: 0.5)
        timer = try #require(self.timer(stale))
        #expect(timer.at == .seconds(130))
        let slow = try #require(attempt(machine.timerFired(id: timer.id, at: timer.at)))
        guard case .beat = slow.message else {
            Issue.record("\(slow.message)")
            return
        }
    }
}
