import LivenessCore
import LivenessTesting
import Testing

@Suite("Flapping")
struct FlappingTests {
    @Test("more than flap.limit changes within flap.window mark a service, and quiet clears the mark")
    func marks() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let service = try #require(daemon.place(of: "h1"))
        for round in 1...4 {
            try await daemon.leave(process.departure(.failed(message: "check failed")))
            await daemon.run(.seconds(1))
            await daemon.beat(process.next())
            await daemon.run(.seconds(1))
            #expect(daemon.machine.board.flapping.contains(service) == (round == 4))
        }
        await daemon.keepBeating(&process, for: .seconds(601))
        daemon.forgetChanges()
        #expect(!daemon.machine.board.flapping.contains(service))
    }

    @Test("a name that is created again does not inherit the mark")
    func createdAgain() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        let service = try #require(daemon.place(of: "h1"))
        for _ in 1...4 {
            try await daemon.leave(process.departure(.failed(message: "check failed")))
            await daemon.run(.seconds(1))
            await daemon.beat(process.next())
            await daemon.run(.seconds(1))
        }
        #expect(daemon.machine.board.flapping.contains(service))
        let uuid = try #require(daemon.card("h1")?.uuid)
        try await daemon.delete(uuid)
        var next = Process("h1", incarnation: "b")
        await daemon.beat(next.next())
        #expect(daemon.place(of: "h1") == service)
        #expect(!daemon.machine.board.flapping.contains(service))
    }
}
