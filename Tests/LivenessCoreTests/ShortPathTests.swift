import LivenessTesting
import Testing

@testable import LivenessCore

@Suite("The short path of a renewal")
struct ShortPathTests {
    @Test("a service takes it from its registration on, and again after a death")
    func registered() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let service = Int(try #require(daemon.place(of: "h1")))
        #expect(daemon.machine.rows[service].flags.contains(.up))
        await daemon.run(.seconds(61))
        #expect(!daemon.machine.rows[service].flags.contains(.up))
        await daemon.beat(process.next())
        #expect(daemon.machine.rows[service].flags.contains(.up))
    }

    @Test("it is closed to an incarnation that the store replaced behind our back")
    func replacedBehindOurBack() async throws {
        var daemon = try await freshDaemon()
        func beat(_ incarnation: String, _ sequence: UInt64) -> Heartbeat {
            Heartbeat(host: "h1", binary: "b", incarnation: incarnation, sequence: sequence)
        }
        #expect(await daemon.beat(beat("a", 1)) == .renewed)
        var batch = HeartbeatBatch()
        batch.append(beat("b", 1))
        batch.seal(daemon.machine.board.hasher)
        let uuid = ServiceUUID(random: 1, 2)
        let admission = Admission(batch, batch.entries[0], daemon.machine.settings, uuid: uuid)
        _ = try await daemon.store.admit([admission], at: daemon.wall)
        #expect(await daemon.beat(beat("a", 2)) == .renewed)
        await daemon.flush()
        #expect(await daemon.beat(beat("a", 3)) == .rejected(.staleIncarnation))
        #expect(await daemon.beat(beat("b", 2)) == .renewed)
    }

    @Test("a heartbeat whose hash would be nothing is compared with the record like any other")
    func nothingStated() async throws {
        var daemon = try await freshDaemon()
        #expect(await daemon.beat(Heartbeat(host: "h1", binary: "b", incarnation: "a", sequence: 1)) == .renewed)
        await daemon.flush()
        var next = ModelDaemon(store: daemon.store, at: daemon.now)
        try await next.start()
        let bare = Heartbeat(host: "h1", binary: "b", version: 0)
        #expect(await next.beat(bare) == .rejected(.incarnationRequired))
    }
}
