import LivenessCore
import LivenessTesting
import Testing

@Suite("The back end")
struct BackendTests {
    private static let outage = StoreError(.unavailable, "the disk is full")

    @Test("a lost back end makes the silent unknown, the heard stay up, and nothing is recorded of it")
    func lost() async throws {
        var daemon = try await freshDaemon()
        var living = Process("h1")
        var silent = Process("h2")
        await daemon.beat(living.next())
        await daemon.beat(silent.next())
        daemon.store.setOutage(Self.outage)
        await daemon.keepBeating(&living, for: .seconds(100))
        #expect(daemon.machine.isBackendLost)
        #expect(daemon.verdict("h1") == Verdict(.up, .heartbeat))
        #expect(daemon.verdict("h2") == Verdict(.unknown, .backendLost, lastState: .up))
        daemon.store.setOutage(nil)
        await daemon.keepBeating(&living, for: .seconds(70))
        #expect(!daemon.machine.isBackendLost)
        #expect(daemon.verdict("h2") == Verdict(.down, .heartbeatMissed))
        let log = try await daemon.store.transitions(since: 0, limit: 100).transitions
        #expect(log.map(\.kind) == [.created, .created, .state])
        #expect(log.map(\.revision) == [1, 2, 3])
    }

    @Test("an outage shorter than three observations is none")
    func blink() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(10))
        daemon.store.setOutage(Self.outage)
        await daemon.run(.seconds(2))
        #expect(!daemon.machine.isBackendLost)
        daemon.store.setOutage(nil)
        await daemon.run(.seconds(2))
        #expect(daemon.verdict("h1")?.state == .up)
    }

    @Test("an earned down stays down while the back end is away")
    func earnedDown() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(61))
        daemon.store.setOutage(Self.outage)
        await daemon.run(.seconds(30))
        #expect(daemon.verdict("h1") == Verdict(.down, .heartbeatMissed))
    }

    @Test("with the database away a new incarnation counts as life and replaces nobody, a new name is refused")
    func unnumbered() async throws {
        var daemon = try await freshDaemon()
        var old = Process("h1", incarnation: "a")
        await daemon.beat(old.next())
        daemon.store.setOutage(Self.outage)
        var new = Process("h1", incarnation: "b")
        var stranger = Process("h9")
        #expect(await daemon.beat(new.next()) == .renewed)
        #expect(await daemon.beat(stranger.next()) == .rejected(.databaseUnavailable))
        #expect(await daemon.beat(old.next()) == .renewed)
        daemon.store.setOutage(nil)
        #expect(await daemon.beat(new.next()) == .renewed)
        #expect(await daemon.beat(old.next()) == .rejected(.staleIncarnation))
    }

    @Test("what could not be recorded is recorded later as one net change")
    func netChange() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.milliseconds(59_900))
        daemon.store.setOutage(Self.outage)
        await daemon.run(.milliseconds(400))
        #expect(daemon.verdict("h1")?.state == .down)
        await daemon.beat(process.next())
        #expect(daemon.verdict("h1")?.state == .up)
        let service = try #require(daemon.place(of: "h1"))
        #expect(daemon.machine.board.standings[Int(service)].since == daemon.wall)
        daemon.store.setOutage(nil)
        await daemon.run(.seconds(1))
        let log = try await daemon.store.transitions(since: 0, limit: 100).transitions
        #expect(log.map(\.kind) == [.created])
    }

    @Test("a flush that failed leaves no gap in the counts: others would take the next one for two")
    func counts() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.flush()
        let count = try #require(try await daemon.store.daemons().first).flushCount
        daemon.store.setOutage(Self.outage)
        for _ in 0..<3 { await daemon.flush() }
        daemon.store.setOutage(nil)
        await daemon.flush()
        #expect(try await daemon.store.daemons().first?.flushCount == count + 1)
        // Only the answer was lost: what was seen is one flush, and so is the next.
        daemon.store.loseNextAnswer()
        await daemon.flush()
        #expect(try await daemon.store.daemons().first?.flushCount == count + 2)
        await daemon.flush()
        #expect(try await daemon.store.daemons().first?.flushCount == count + 3)
    }
}
