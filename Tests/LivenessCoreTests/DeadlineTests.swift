import LivenessCore
import LivenessTesting
import Testing

@Suite("Deadlines")
struct DeadlineTests {
    @Test("a silent service goes down when service_down_time has passed, within 250 ms, and not before")
    func exactDeadline() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        #expect(await daemon.beat(process.next()) == .renewed)
        #expect(daemon.verdict("h1") == Verdict(.up, .heartbeat))
        await daemon.run(.milliseconds(59_950))
        #expect(daemon.verdict("h1")?.state == .up)
        await daemon.run(.milliseconds(300))
        #expect(daemon.verdict("h1") == Verdict(.down, .heartbeatMissed))
    }

    @Test("down time is at least 2.5 times the stated interval")
    func longInterval() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next { $0.reportInterval = .seconds(100) })
        await daemon.run(.seconds(249))
        #expect(daemon.verdict("h1")?.state == .up)
        await daemon.run(.seconds(2))
        #expect(daemon.verdict("h1")?.state == .down)
    }

    @Test("a shorter interval counts from the heartbeat that states it")
    func shortenedInterval() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next { $0.reportInterval = .seconds(1_000) })
        await daemon.run(.seconds(5))
        await daemon.beat(process.next { $0.reportInterval = .seconds(10) })
        await daemon.run(.milliseconds(60_300))
        #expect(daemon.verdict("h1")?.state == .down)
    }

    @Test("a changed setting holds for a service from its next heartbeat")
    func changedSetting() async throws {
        var daemon = try await freshDaemon()
        var one = Process("h1")
        var other = Process("h2")
        await daemon.beat(one.next())
        await daemon.beat(other.next())
        var settings = LivenessSettings()
        settings.serviceDownTime = .seconds(30)
        daemon.adopt(settings)
        await daemon.beat(one.next())
        await daemon.run(.milliseconds(30_300))
        #expect(daemon.verdict("h1")?.state == .down)
        #expect(daemon.verdict("h2")?.state == .up)
    }

    @Test("heartbeats keep a service up for as long as they come, and a lost one is forgiven")
    func keepsUp() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.keepBeating(&process, for: .seconds(600))
        await daemon.run(.seconds(30))
        await daemon.keepBeating(&process, for: .seconds(100))
        #expect(daemon.verdict("h1")?.state == .up)
        #expect(daemon.machine.counters.judgedDown == 0)
    }

    @Test("while the store is asked about a heartbeat its service is not judged")
    func asking() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(59))
        let outcome = daemon.ask(process.next { $0.version = 7 })
        #expect(outcome.kind == .pending)
        await daemon.run(.seconds(5))
        #expect(daemon.verdict("h1")?.state == .up)
        daemon.refuse(outcome)
        await daemon.run(.milliseconds(100))
        #expect(daemon.verdict("h1") == Verdict(.down, .heartbeatMissed))
    }

    @Test("a wall clock that steps an hour either way changes nothing")
    func clockSteps() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.keepBeating(&process, for: .seconds(100))
        daemon.wallOffset += .seconds(3_600)
        await daemon.keepBeating(&process, for: .seconds(100))
        daemon.wallOffset -= .seconds(7_200)
        await daemon.keepBeating(&process, for: .seconds(100))
        let log = try await daemon.store.transitions(since: 0, limit: 100).transitions
        #expect(log.map(\.kind) == [.created])
    }
}
