import LivenessCore
import LivenessEngine
import Testing

@Suite("A log of which rows were folded")
struct FoldedLogTests {
    @Test("rows that another daemon wrote and folded before they were read are no gap that is waited for")
    func foldedByAnother() async throws {
        let fixture = try await EngineFixture()
        let store = fixture.store
        try await fixture.running {
            let admission = Admission(
                name: ServiceName(host: "flapping", binary: "b"),
                worker: "",
                uuid: ServiceUUID(random: 1, 2),
                daemon: "other"
            )
            guard case .admitted(var record, _, _) = try await store.admit([admission], at: fixture.time.wall)[0] else {
                Issue.record("it was not admitted")
                return
            }
            for number in 0..<40 {
                let change = StateChange(
                    serviceID: record.id,
                    judgedRevision: record.recorded.revision,
                    verdict: number % 2 == 0 ? Verdict(.down, .heartbeatMissed) : Verdict(.up, .heartbeat),
                    at: fixture.time.wall
                )
                _ = try await store.record([change], at: fixture.time.wall)
                record = try #require(try await store.records([record.id]).services.first)
            }
            let folding = FlapFolding(limit: 3, window: .seconds(60), before: fixture.time.wall + .seconds(1))
            let removed = try await store.fold(folding, since: 0, limit: 1_000).removed
            #expect(removed == 36)
            let newest = try await store.transitions(since: 0, limit: 1).head.revision
            #expect(await fixture.time.advance(upTo: .seconds(5)) { fixture.engine.board.head.revision >= newest })
        }
    }
}
