import LivenessCore
import LivenessEngine
import Testing

/// A database that a fleet moves in from, in memory.
final class OldDatabase: RecordFallback {
    struct Silence: Error {}

    private struct State {
        var isSilent = false
        var services: [ImportedService] = []
        var unclear: Set<ServiceName> = []
        var questions = 0
    }

    private let state = Locked(State())

    var questions: Int { state.withLock { $0.questions } }

    func fall(silent isSilent: Bool) {
        state.withLock { $0.isSilent = isSilent }
    }

    func put(_ service: ImportedService) {
        state.withLock { $0.services.append(service) }
    }

    func muddle(_ name: ServiceName) {
        state.withLock { _ = $0.unclear.insert(name) }
    }

    func find(_ names: [ServiceName]) async throws -> FallbackAnswer {
        let found = try answer().filter { names.contains($0.name) }
        let unclear = state.withLock { $0.unclear.intersection(names) }
        return FallbackAnswer(found: found, unclear: Dictionary(uniqueKeysWithValues: unclear.map { ($0, "torn") }))
    }

    func find(_ uuid: ServiceUUID) async throws -> ImportedService? {
        try answer().first { $0.uuid == uuid }
    }

    private func answer() throws -> [ImportedService] {
        try state.withLock { state in
            state.questions += 1
            if state.isSilent { throw Silence() }
            return state.services
        }
    }
}

@Suite("Looking services up where they lived before")
struct FallbackTests {
    private let old = OldDatabase()
    private let uuid = ServiceUUID(random: 11, 12)

    private func moving(_ body: @escaping @Sendable (EngineFixture) async throws -> Void) async throws {
        var service = ImportedService(
            uuid: uuid,
            name: ServiceName(host: "h1", binary: "nova-compute"),
            topic: "compute"
        )
        service.version = 61
        service.isDisabled = true
        service.disabledReason = "bad fan"
        old.put(service)
        let fixture = try await EngineFixture(fallback: old)
        try await fixture.running { try await body(fixture) }
    }

    @Test("who beats here first comes with its identity and what was said of it, and is asked for once")
    func firstHeartbeat() async throws {
        try await moving { fixture in
            let reply = await fixture.beat(fixture.heartbeat("h1", 1), fixture.heartbeat("h2", 1))
            #expect(reply.outcomes.map(\.kind) == [.renewed, .renewed])
            let board = fixture.engine.board
            let service = try #require(board.find(uuid))
            #expect(board.verdict(host: "h1", binary: "nova-compute") == Verdict(.up, .heartbeat))
            #expect(board.cards[Int(service)].flags.contains(.disabled))
            #expect(board.find(host: "h2", binary: "nova-compute") != nil)
            await fixture.beat(fixture.heartbeat("h1", 2), fixture.heartbeat("h2", 2))
            #expect(old.questions == 1)
            let rows = try await fixture.store.transitions(since: 0, limit: .max).transitions
            #expect(rows.count { $0.uuid == uuid && $0.kind == .created } == 1)
        }
    }

    @Test("whose question has no answer is not taken in, and everybody else is")
    func silence() async throws {
        try await moving { fixture in
            await fixture.beat(fixture.heartbeat("h3", 1))
            old.fall(silent: true)
            let reply = await fixture.beat(fixture.heartbeat("h1", 1), fixture.heartbeat("h3", 2))
            #expect(reply.outcomes.map(\.kind) == [.rejected(.databaseUnavailable), .renewed])
            #expect(fixture.engine.board.find(host: "h1", binary: "nova-compute") == nil)
            // One that is silent is left alone for a while.
            let asked = old.questions
            await fixture.beat(fixture.heartbeat("h1", 2))
            #expect(old.questions == asked)
            old.fall(silent: false)
            fixture.time.advance(by: .seconds(1))
            await fixture.beat(fixture.heartbeat("h1", 3))
            #expect(fixture.engine.board.find(uuid) != nil)
        }
    }

    @Test("who stands in our own database needs no other, and one that nobody can read keeps nobody else out")
    func exceptions() async throws {
        try await moving { fixture in
            let draft = ServiceDraft(
                uuid: ServiceUUID(random: 5, 6),
                name: ServiceName(host: "h7", binary: "nova-compute")
            )
            // By another daemon, of whose records this one has not heard yet.
            _ = try await fixture.store.create(draft, at: fixture.time.wall)
            old.muddle(ServiceName(host: "h8", binary: "nova-compute"))
            let reply = await fixture.beat(fixture.heartbeat("h1", 1), fixture.heartbeat("h8", 1))
            #expect(reply.outcomes.map(\.kind) == [.renewed, .rejected(.databaseUnavailable)])
            old.fall(silent: true)
            let other = await fixture.beat(fixture.heartbeat("h7", 1), fixture.heartbeat("h9", 1))
            #expect(other.outcomes.map(\.kind) == [.renewed, .rejected(.databaseUnavailable)])
        }
    }

    @Test("each further silence is left alone for longer")
    func rest() async throws {
        try await moving { fixture in
            old.fall(silent: true)
            var questions: [Int] = []
            for _ in 0..<6 {
                await fixture.beat(fixture.heartbeat("h1", 1))
                questions.append(old.questions)
                fixture.time.advance(by: .seconds(1))
            }
            // At 0, 1 and 3 s; then not before 7 s.
            #expect(questions == [1, 2, 2, 3, 3, 3])
        }
    }

    @Test("who is read by its identity is brought over, never heard; one that is nowhere is asked for now and then")
    func read() async throws {
        try await moving { fixture in
            try await fixture.engine.lookUp(uuid)
            #expect(fixture.engine.board.find(uuid) != nil)
            let verdict = fixture.engine.board.verdict(host: "h1", binary: "nova-compute")
            #expect(verdict == Verdict(.unknown, .neverReported))
            try await fixture.engine.lookUp(uuid)
            #expect(old.questions == 1)
            let nobody = ServiceUUID(random: 1, 1)
            try await fixture.engine.lookUp(nobody)
            try await fixture.engine.lookUp(nobody)
            #expect(old.questions == 2)
            old.fall(silent: true)
            // By then it is not remembered any more.
            fixture.time.advance(by: .seconds(60))
            await #expect(throws: StoreError.self) { try await fixture.engine.lookUp(nobody) }
        }
    }

    @Test("what was deleted here does not come back")
    func deleted() async throws {
        try await moving { fixture in
            await fixture.beat(fixture.heartbeat("h1", 1))
            #expect(try await fixture.engine.delete(uuid, by: "operator"))
            try await fixture.engine.lookUp(uuid)
            #expect(fixture.engine.board.find(uuid) == nil)
            await fixture.beat(Heartbeat(host: "h1", binary: "nova-compute", incarnation: "b", sequence: 1))
            #expect(fixture.engine.board.find(uuid) == nil)
            #expect(fixture.engine.board.verdict(host: "h1", binary: "nova-compute")?.state == .up)
        }
    }
}
