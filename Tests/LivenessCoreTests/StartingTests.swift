import LivenessCore
import LivenessTesting
import Testing

@Suite("Starting")
struct StartingTests {
    @Test("after ten minutes away nobody is down who beats, and who died is reported within one down time")
    func longOutage() async throws {
        var daemon = try await freshDaemon()
        var living = Process("h1")
        var dead = Process("h2")
        for _ in 0..<3 {
            await daemon.beat(living.next())
            await daemon.beat(dead.next())
            await daemon.run(.seconds(10))
        }
        var next = try await restart(daemon, after: .seconds(600))
        #expect(next.verdict("h1") == Verdict(.unknown, .starting, lastState: .up))
        #expect(next.verdict("h2") == Verdict(.unknown, .starting, lastState: .up))
        await next.keepBeating(&living, for: .milliseconds(60_300))
        #expect(next.verdict("h1") == Verdict(.up, .heartbeat))
        #expect(next.verdict("h2") == Verdict(.down, .heartbeatMissed))
    }

    @Test("the time that loading takes counts against nobody")
    func slowLoading() async throws {
        var daemon = try await freshDaemon()
        var living = Process("h1")
        var dead = Process("h2")
        for _ in 0..<3 {
            await daemon.beat(living.next())
            await daemon.beat(dead.next())
            await daemon.run(.seconds(10))
        }
        var next = try await restart(daemon, after: .seconds(600), loading: .seconds(50))
        await next.run(.seconds(45))
        #expect(next.verdict("h1") == Verdict(.unknown, .starting, lastState: .up))
        #expect(next.verdict("h2") == Verdict(.unknown, .starting, lastState: .up))
        await next.keepBeating(&living, for: .milliseconds(15_300))
        #expect(next.verdict("h1") == Verdict(.up, .heartbeat))
        #expect(next.verdict("h2") == Verdict(.down, .heartbeatMissed))
    }

    @Test("a service has left what it had left when the newest stamp was written, at least two intervals")
    func remainingTime() async throws {
        var daemon = try await freshDaemon()
        var silent = Process("h2")
        var living = Process("h1")
        await daemon.beat(silent.next())
        await daemon.keepBeating(&living, for: .seconds(30))
        var next = try await restart(daemon, after: .seconds(5))
        await next.keepBeating(&living, for: .seconds(35))
        #expect(next.verdict("h2") == Verdict(.unknown, .starting, lastState: .up))
        await next.keepBeating(&living, for: .seconds(6))
        #expect(next.verdict("h2") == Verdict(.down, .heartbeatMissed))
    }

    @Test("recorded downs stay through a restart, whatever made them")
    func recordedDowns() async throws {
        var daemon = try await freshDaemon()
        var missed = Process("missed")
        var left = Process("left")
        var failed = Process("failed")
        var forced = Process("forced")
        await daemon.beat(missed.next())
        await daemon.run(.seconds(61))
        await daemon.beat(left.next())
        await daemon.beat(failed.next())
        await daemon.beat(forced.next())
        try await daemon.leave(left.departure())
        try await daemon.leave(failed.departure(.failed(message: "exit 3")))
        var edit = RecordEdit(uuid: try #require(daemon.card("forced")).uuid)
        edit.forcedDown = true
        try await daemon.edit(edit)
        await daemon.run(.seconds(1))
        let next = try await restart(daemon, after: .seconds(5))
        #expect(next.verdict("missed") == Verdict(.down, .heartbeatMissed))
        #expect(next.verdict("left") == Verdict(.down, .left))
        #expect(next.verdict("failed") == Verdict(.down, .reportedFailed))
        #expect(next.verdict("forced") == Verdict(.down, .forcedDown))
    }

    @Test("after a restart a known service's heartbeat is a plain renewal that asks no store")
    func renewalAfterRestart() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(1))
        var next = try await restart(daemon)
        next.store.setOutage(StoreError(.unavailable, "away"))
        #expect(await next.beat(process.next()) == .renewed)
        #expect(next.machine.counters.renewed == 1)
        #expect(next.machine.counters.admitted == 0)
    }
}
