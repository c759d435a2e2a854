import LivenessCore
import LivenessTesting
import Testing

@Suite("What judging comes to, measured")
struct JudgementTests {
    @Test("a death is measured from its deadline and from its last heartbeat")
    func death() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.milliseconds(60_300))
        let judgements = daemon.takeJudgements()
        guard judgements.count == 1, case .down(let topic, let delay, let silence) = judgements[0] else {
            Issue.record("\(judgements)")
            return
        }
        #expect(topic == "compute")
        #expect(delay >= .zero && delay <= .milliseconds(250))
        #expect(silence == .seconds(60) + delay)
        let later = daemon.takeJudgements()
        #expect(later.isEmpty)
    }

    @Test("who beats on after it was called down for silence was called down by mistake")
    func mistake() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(65))
        _ = daemon.takeJudgements()
        await daemon.beat(process.next())
        let judgements = daemon.takeJudgements()
        guard judgements.count == 1, case .mistaken(let topic, let lasted) = judgements[0] else {
            Issue.record("\(judgements)")
            return
        }
        #expect(topic == "compute")
        #expect(lasted > .milliseconds(4_600) && lasted < .milliseconds(5_200), "\(lasted)")
    }

    @Test("who comes back as another process, or without an incarnation, or failed, was no mistake")
    func noMistake() async throws {
        var daemon = try await freshDaemon()
        var restarted = Process("h1")
        var nameless = Process("h2", incarnation: nil)
        var failed = Process("h3")
        await daemon.beat(restarted.next())
        await daemon.beat(nameless.next())
        await daemon.beat(failed.next())
        _ = try await daemon.leave(failed.departure(.failed(message: nil)))
        await daemon.run(.seconds(65))
        _ = daemon.takeJudgements()
        restarted = Process("h1", incarnation: "b")
        await daemon.beat(restarted.next())
        await daemon.beat(nameless.next())
        await daemon.beat(failed.next())
        for host in ["h1", "h2", "h3"] { #expect(daemon.verdict(host)?.state == .up) }
        let later = daemon.takeJudgements()
        #expect(later.isEmpty)
    }

    @Test("blind time is no part of a delay, and is counted once, by its cause")
    func blind() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(5))
        daemon.stall(.seconds(30))
        await daemon.run(.seconds(70))
        let judgements = daemon.takeJudgements()
        guard judgements.count == 1, case .down(_, let delay, let silence) = judgements[0] else {
            Issue.record("\(judgements)")
            return
        }
        #expect(delay <= .milliseconds(250))
        #expect(silence > .seconds(89))
        let blind = daemon.machine.blindTotal[.localPause] ?? .zero
        #expect(blind >= .seconds(30) && blind < .seconds(31), "\(blind)")
        #expect(daemon.machine.blindTotal[.backendLost] == .zero)
    }

    @Test("of a mass failure some are measured, and the rest costs no memory")
    func bounded() async throws {
        var daemon = try await freshDaemon { $0.brake.minimum = 100_000_000 }
        for number in 0..<9_000 {
            var process = Process("h\(number)")
            await daemon.beat(process.next())
        }
        await daemon.run(.seconds(61))
        let judgements = daemon.takeJudgements()
        #expect(judgements.count == 8_192)
    }

    @Test("who was held by a brake was not noticed late")
    func held() async throws {
        var daemon = try await freshDaemon { $0.brake.maxHold = .seconds(30) }
        for number in 0..<10 {
            var process = Process("h\(number)")
            await daemon.beat(process.next())
        }
        await daemon.run(.seconds(62))
        #expect(daemon.verdict("h1") == Verdict(.unknown, .massFailure, lastState: .up))
        await daemon.run(.seconds(40))
        #expect(daemon.verdict("h1") == Verdict(.down, .heartbeatMissed))
        let judgements = daemon.takeJudgements()
        #expect(judgements.isEmpty)
    }
}
