import LivenessCore
import LivenessTesting
import Testing

@Suite("Incarnations, sequences, leave and failed")
struct IncarnationTests {
    @Test("of two live processes of one name one is current and the other is refused for ever")
    func twoProcesses() async throws {
        var daemon = try await freshDaemon()
        var first = Process("h1", incarnation: "a")
        var second = Process("h1", incarnation: "b")
        #expect(await daemon.beat(first.next()) == .renewed)
        #expect(await daemon.beat(second.next()) == .renewed)
        for _ in 0..<50 {
            #expect(await daemon.beat(first.next()) == .rejected(.staleIncarnation))
            #expect(await daemon.beat(second.next()) == .renewed)
            await daemon.run(.seconds(10))
        }
        #expect(daemon.card("h1")?.incarnationNumber == 2)
        var restarted = try await restart(daemon)
        #expect(await restarted.beat(first.next()) == .rejected(.staleIncarnation))
    }

    @Test("a repeated or reordered sequence changes nothing; for longer than an interval it is a clone")
    func sequences() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.beat(process.next())
        #expect(await daemon.beat(process.again()) == .repeated)
        #expect(await daemon.beat(process.again { $0.sequence = 1 }) == .repeated)
        await daemon.run(.seconds(11))
        #expect(await daemon.beat(process.again()) == .rejected(.staleSequence))
        #expect(await daemon.beat(process.next()) == .renewed)
        // A retry long after the last one is a retry.
        await daemon.run(.seconds(30))
        #expect(await daemon.beat(process.again()) == .repeated)
        #expect(await daemon.beat(process.next()) == .renewed)
        #expect(await daemon.beat(process.again()) == .repeated)
    }

    @Test("a repeated heartbeat does not keep a dead service alive")
    func repeatedDoesNotRenew() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        for _ in 0..<7 {
            await daemon.run(.seconds(9))
            await daemon.beat(process.again())
        }
        #expect(daemon.verdict("h1")?.state == .down)
    }

    @Test("a leave is final for its incarnation, also when a late heartbeat races with it")
    func leaveIsFinal() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1", incarnation: "a")
        await daemon.beat(process.next())
        try await daemon.leave(process.departure())
        #expect(daemon.verdict("h1") == Verdict(.down, .left))
        #expect(await daemon.beat(process.next()) == .rejected(.left))
        await daemon.run(.seconds(1))
        #expect(daemon.verdict("h1") == Verdict(.down, .left))
        var next = Process("h1", incarnation: "b")
        #expect(await daemon.beat(next.next()) == .renewed)
        #expect(daemon.verdict("h1")?.state == .up)
        #expect(await daemon.beat(process.next()) == .rejected(.left))
    }

    @Test("a service without incarnations that left is up again with its next heartbeat")
    func leaveWithoutIncarnation() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1", incarnation: nil)
        await daemon.beat(process.next())
        try await daemon.leave(process.departure())
        #expect(daemon.verdict("h1") == Verdict(.down, .left))
        #expect(await daemon.beat(process.next()) == .renewed)
        #expect(daemon.verdict("h1") == Verdict(.up, .heartbeat))
    }

    @Test("a reported failure is down at once, and the next heartbeat of the same incarnation lifts it")
    func failed() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        try await daemon.leave(process.departure(.failed(message: "killed by signal 9")))
        #expect(daemon.verdict("h1") == Verdict(.down, .reportedFailed))
        #expect(await daemon.beat(process.again()) == .repeated)
        #expect(daemon.verdict("h1") == Verdict(.down, .reportedFailed))
        #expect(await daemon.beat(process.next()) == .renewed)
        #expect(daemon.verdict("h1") == Verdict(.up, .heartbeat))
    }

    @Test("a heartbeat without an incarnation renews a service that never used one, and is refused for one that does")
    func incarnationRequired() async throws {
        var daemon = try await freshDaemon()
        var plain = Process("h1", incarnation: nil)
        #expect(await daemon.beat(plain.next()) == .renewed)
        #expect(await daemon.beat(plain.next()) == .renewed)
        var named = Process("h1", incarnation: "a")
        #expect(await daemon.beat(named.next()) == .renewed)
        #expect(await daemon.beat(plain.next()) == .rejected(.incarnationRequired))
    }

    @Test("a record deleted under a live process stays deleted; a new incarnation makes another record")
    func deleted() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1", incarnation: "a")
        await daemon.beat(process.next())
        let first = try #require(daemon.card("h1"))
        try await daemon.delete(first.uuid)
        #expect(daemon.verdict("h1") == nil)
        #expect(await daemon.beat(process.next()) == .rejected(.serviceDeleted))
        var restarted = try await restart(daemon)
        #expect(await restarted.beat(process.next()) == .rejected(.serviceDeleted))
        #expect(restarted.verdict("h1") == nil)
        var new = Process("h1", incarnation: "b")
        #expect(await restarted.beat(new.next()) == .renewed)
        let second = try #require(restarted.card("h1"))
        #expect(second.uuid != first.uuid)
        #expect(second.incarnationNumber > first.incarnationNumber)
        #expect(await restarted.beat(process.next()) == .rejected(.serviceDeleted))
    }

    @Test("without incarnations a deleted record comes back only with register")
    func deletedWithoutIncarnation() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1", incarnation: nil)
        await daemon.beat(process.next())
        try await daemon.delete(try #require(daemon.card("h1")).uuid)
        #expect(await daemon.beat(process.next()) == .rejected(.serviceDeleted))
        #expect(await daemon.beat(process.next { $0.register = true }) == .renewed)
        #expect(daemon.verdict("h1")?.state == .up)
    }

    @Test("enabling, disabling or editing a dead service does not revive it")
    func editDoesNotRevive() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(61))
        let uuid = try #require(daemon.card("h1")).uuid
        for isDisabled in [true, false] {
            var edit = RecordEdit(uuid: uuid)
            edit.isDisabled = isDisabled
            try await daemon.edit(edit)
            await daemon.run(.seconds(1))
            #expect(daemon.verdict("h1") == Verdict(.down, .heartbeatMissed))
        }
    }

    @Test("a forced down holds against heartbeats, and clearing it shows what is true")
    func forcedDown() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        var edit = RecordEdit(uuid: try #require(daemon.card("h1")).uuid)
        edit.forcedDown = true
        try await daemon.edit(edit)
        #expect(daemon.verdict("h1") == Verdict(.down, .forcedDown))
        await daemon.keepBeating(&process, for: .seconds(100))
        #expect(daemon.verdict("h1") == Verdict(.down, .forcedDown))
        edit.forcedDown = false
        try await daemon.edit(edit)
        #expect(daemon.verdict("h1") == Verdict(.up, .heartbeat))
        edit.forcedDown = true
        try await daemon.edit(edit)
        await daemon.run(.seconds(100))
        edit.forcedDown = false
        try await daemon.edit(edit)
        await daemon.run(.milliseconds(100))
        #expect(daemon.verdict("h1") == Verdict(.down, .heartbeatMissed))
    }

    @Test("a created record that was never heard is unknown for one down time, then down")
    func neverReported() async throws {
        var daemon = try await freshDaemon()
        let draft = ServiceDraft(
            uuid: ServiceUUID(random: 1, 2),
            name: ServiceName(host: "h1", binary: "nova-compute")
        )
        _ = try await daemon.create(draft)
        #expect(daemon.verdict("h1") == Verdict(.unknown, .neverReported))
        await daemon.run(.seconds(61))
        #expect(daemon.verdict("h1") == Verdict(.down, .heartbeatMissed))
        var process = Process("h1")
        #expect(await daemon.beat(process.next()) == .renewed)
        #expect(daemon.verdict("h1") == Verdict(.up, .heartbeat))
    }
}

/// A new daemon over the same store, at the same time: what a restart leaves.
func restart(
    _ daemon: ModelDaemon,
    after outage: Duration = .zero,
    loading: Duration = .zero
) async throws -> ModelDaemon {
    var next = ModelDaemon(settings: daemon.machine.settings, store: daemon.store, at: daemon.now + outage, seed: 2)
    try await next.start(loading: loading)
    return next
}
