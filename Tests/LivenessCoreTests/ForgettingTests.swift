import LivenessCore
import LivenessTesting
import Testing

@Suite("Forgetting")
struct ForgettingTests {
    private func draft(_ host: String, _ number: UInt64) -> ServiceDraft {
        ServiceDraft(
            uuid: ServiceUUID(random: 1, number),
            name: ServiceName(host: host, binary: "nova-compute")
        )
    }

    @Test("a service that was deleted twice within a day gives its number back once")
    func deletedTwice() async throws {
        var daemon = try await freshDaemon()
        for number in [UInt64(1), 2] {
            let record = try #require(try await daemon.create(draft("h1", number)))
            try await daemon.delete(record.uuid)
            daemon.stall(.seconds(3_600))
        }
        daemon.stall(.seconds(86_400 - 1_800))
        daemon.forget()
        daemon.stall(.seconds(3_600))
        daemon.forget()
        #expect(daemon.place(of: "h1") == nil)
        _ = try await daemon.create(draft("h2", 3))
        _ = try await daemon.create(draft("h3", 4))
        let places = try [#require(daemon.place(of: "h2")), #require(daemon.place(of: "h3"))]
        #expect(places[0] != places[1])
        #expect(daemon.machine.board.name(of: places[0]).host == "h2")
    }

    @Test("a second deletion is remembered for a day of its own")
    func secondDeletionLasts() async throws {
        var daemon = try await freshDaemon()
        for number in [UInt64(1), 2] {
            let record = try #require(try await daemon.create(draft("h1", number)))
            try await daemon.delete(record.uuid)
            daemon.stall(.seconds(3_600))
        }
        daemon.stall(.seconds(86_400 - 5_400))
        daemon.forget()
        #expect(daemon.place(of: "h1") != nil)
    }

    @Test("an incarnation that left before its record was deleted is refused as deleted, one of the next record is not")
    func leftThenDeleted() async throws {
        var daemon = try await freshDaemon()
        var first = Process("h1", incarnation: "a")
        await daemon.beat(first.next())
        try await daemon.leave(first.departure())
        #expect(await daemon.beat(first.next()) == .rejected(.left))
        let uuid = try #require(daemon.card("h1")?.uuid)
        try await daemon.delete(uuid)
        #expect(await daemon.beat(first.next()) == .rejected(.serviceDeleted))
        var second = Process("h1", incarnation: "b")
        #expect(await daemon.beat(second.next()) == .renewed)
        var third = Process("h1", incarnation: "c")
        #expect(await daemon.beat(third.next()) == .renewed)
        #expect(await daemon.beat(second.next()) == .rejected(.staleIncarnation))
        #expect(await daemon.beat(first.next()) == .rejected(.serviceDeleted))
    }
}
