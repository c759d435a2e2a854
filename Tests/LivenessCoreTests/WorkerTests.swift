import LivenessCore
import LivenessTesting
import Testing

@Suite("Workers")
struct WorkerTests {
    private func worker(_ name: String, sequence: UInt64, version: Int32 = 1) -> Heartbeat {
        Heartbeat(
            host: "h1",
            binary: "nova-conductor",
            version: version,
            worker: name,
            incarnation: "inc-\(name)",
            sequence: sequence
        )
    }

    private func departure(_ name: String, _ manner: Departure.Manner = .left) -> Departure {
        Departure(
            name: ServiceName(host: "h1", binary: "nova-conductor"),
            worker: name,
            incarnation: "inc-\(name)",
            manner: manner
        )
    }

    @Test("a worker waits to be flushed from its first heartbeat on, and again when the flush fails")
    func flushed() async throws {
        var daemon = try await freshDaemon()
        for name in ["w1", "w2"] { await daemon.beat(worker(name, sequence: 1)) }
        var machine = daemon.machine
        var pending = machine.beginFlush(at: daemon.now)
        machine.fill(&pending, limit: 10)
        #expect(pending.flush.workers.map(\.worker).sorted() == ["w1", "w2"])
        machine.flushFailed(pending, 0..<pending.count)
        var again = machine.beginFlush(at: daemon.now)
        machine.fill(&again, limit: 10)
        #expect(again.flush.workers.map(\.worker).sorted() == ["w1", "w2"])
    }

    @Test("a service is up while one of its workers is, and left only when all left")
    func oneIsEnough() async throws {
        var daemon = try await freshDaemon()
        #expect(await daemon.beat(worker("w1", sequence: 1)) == .renewed)
        #expect(await daemon.beat(worker("w2", sequence: 1)) == .renewed)
        #expect(await daemon.beat(worker("w1", sequence: 2)) == .renewed)
        try await daemon.leave(departure("w1"))
        #expect(daemon.verdict("h1", "nova-conductor") == Verdict(.up, .heartbeat))
        #expect(await daemon.beat(worker("w1", sequence: 3)) == .rejected(.left))
        #expect(await daemon.beat(worker("w2", sequence: 2)) == .renewed)
        try await daemon.leave(departure("w2"))
        #expect(daemon.verdict("h1", "nova-conductor") == Verdict(.down, .left))
    }

    @Test("one worker's failure does not make the service down, the last one's does")
    func failures() async throws {
        var daemon = try await freshDaemon()
        await daemon.beat(worker("w1", sequence: 1))
        await daemon.beat(worker("w2", sequence: 1))
        try await daemon.leave(departure("w1", .failed(message: "x")))
        #expect(daemon.verdict("h1", "nova-conductor")?.state == .up)
        try await daemon.leave(departure("w2", .failed(message: "x")))
        #expect(daemon.verdict("h1", "nova-conductor") == Verdict(.down, .reportedFailed))
        #expect(await daemon.beat(worker("w2", sequence: 2)) == .renewed)
        #expect(daemon.verdict("h1", "nova-conductor")?.state == .up)
    }

    @Test("a worker that left does not keep the service up after the last living one died")
    func leaverDoesNotHelp() async throws {
        var daemon = try await freshDaemon()
        await daemon.beat(worker("w1", sequence: 1))
        await daemon.run(.seconds(30))
        await daemon.beat(worker("w2", sequence: 1))
        try await daemon.leave(departure("w2"))
        await daemon.run(.milliseconds(30_300))
        #expect(daemon.verdict("h1", "nova-conductor") == Verdict(.down, .heartbeatMissed))
    }

    @Test("after a restart a worker's old sequence is as old as before")
    func oldSequenceAfterRestart() async throws {
        var first = try await freshDaemon()
        for sequence in 1...5 { await first.beat(worker("w1", sequence: UInt64(sequence))) }
        await first.flush()
        var daemon = ModelDaemon(store: first.store, at: first.now)
        try await daemon.start()
        #expect(await daemon.beat(worker("w1", sequence: 3)) == .repeated)
        #expect(await daemon.beat(worker("w1", sequence: 6)) == .renewed)
        #expect(await daemon.beat(worker("w1", sequence: 6)) == .repeated)
    }

    @Test("a worker that failed is not lifted by a heartbeat from before the failure")
    func lateHeartbeatOfFailed() async throws {
        var daemon = try await freshDaemon()
        await daemon.beat(worker("w1", sequence: 1))
        await daemon.beat(worker("w1", sequence: 2))
        try await daemon.leave(departure("w1", .failed(message: "x")))
        #expect(await daemon.beat(worker("w1", sequence: 2)) == .repeated)
        #expect(daemon.verdict("h1", "nova-conductor") == Verdict(.down, .reportedFailed))
        #expect(await daemon.beat(worker("w1", sequence: 3)) == .renewed)
    }

    @Test("workers of two versions renew without asking the store each time")
    func versions() async throws {
        var daemon = try await freshDaemon()
        await daemon.beat(worker("w1", sequence: 1, version: 1))
        await daemon.beat(worker("w2", sequence: 1, version: 2))
        let admitted = daemon.machine.counters.admitted
        for sequence in 2..<10 {
            await daemon.beat(worker("w1", sequence: UInt64(sequence), version: 1))
            await daemon.beat(worker("w2", sequence: UInt64(sequence), version: 2))
        }
        #expect(daemon.machine.counters.admitted == admitted)
        #expect(daemon.card("h1", "nova-conductor")?.version == 1)
    }

    @Test("a worker that is silent is shown down beside one that beats, and both when the service is down")
    func silentWorkerIsShownDown() async throws {
        var daemon = try await freshDaemon()
        await daemon.beat(worker("w1", sequence: 1))
        await daemon.beat(worker("w2", sequence: 1))
        for sequence in 2..<12 {
            await daemon.run(.seconds(10))
            await daemon.beat(worker("w2", sequence: UInt64(sequence)))
        }
        await daemon.run(.seconds(1))
        #expect(daemon.verdict("h1", "nova-conductor")?.state == .up)
        #expect(states(in: daemon) == ["w1": .down, "w2": .up])
        await daemon.run(.seconds(70))
        #expect(daemon.verdict("h1", "nova-conductor") == Verdict(.down, .heartbeatMissed))
        #expect(states(in: daemon) == ["w1": .down, "w2": .down])
    }

    @Test("a record created again has none of the deleted one's workers")
    func workersGoWithTheRecord() async throws {
        var daemon = try await freshDaemon()
        await daemon.beat(worker("w1", sequence: 1))
        let card = try #require(daemon.card("h1", "nova-conductor"))
        try await daemon.delete(card.uuid)
        let draft = ServiceDraft(
            uuid: ServiceUUID(random: 7, 7),
            name: ServiceName(host: "h1", binary: "nova-conductor")
        )
        _ = try #require(try await daemon.create(draft))
        #expect(states(in: daemon).isEmpty)
    }

    private func states(in daemon: ModelDaemon) -> [String: LivenessState] {
        guard let service = daemon.machine.board.find(host: "h1", binary: "nova-conductor") else { return [:] }
        let workers = daemon.machine.board.extras[service]?.workers ?? []
        return Dictionary(uniqueKeysWithValues: workers.map { ($0.worker, $0.state) })
    }
}
