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
}
