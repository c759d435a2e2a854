import LivenessCore
import LivenessTesting
import Testing

@Suite("Sessions of services' own")
struct SessionTests {
    private let standing = Verdict(.up, .session)
    private let expired = Verdict(.down, .sessionExpired)

    private func see(
        _ host: String,
        _ isStanding: Bool,
        incarnation: String? = "a",
        at daemon: inout ModelDaemon
    ) throws {
        let service = try #require(daemon.place(of: host))
        let session = ObservedSession(
            uuid: daemon.machine.board.cards[Int(service)].uuid,
            incarnation: incarnation,
            isStanding: isStanding
        )
        daemon.tell { machine, now in machine.sessionsObserved([session], at: now) }
    }

    @Test("while its session stands a service is up without a heartbeat, and when it ends it is down at once")
    func expires() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        try see("h1", true, at: &daemon)
        #expect(daemon.verdict("h1") == standing)
        await daemon.run(.seconds(300))
        #expect(daemon.verdict("h1") == standing)
        try see("h1", false, at: &daemon)
        await daemon.run(.seconds(1))
        #expect(daemon.verdict("h1") == expired)
        let log = try await daemon.store.transitions(since: 0, limit: 10).transitions.filter { $0.kind == .state }
        #expect(log.map(\.reason) == ["session_expired"])
        await daemon.beat(process.next())
        #expect(daemon.verdict("h1") == up)
        await daemon.run(.seconds(61))
        #expect(daemon.verdict("h1") == missed, "the session that ended is over")
    }

    @Test("a service that beats beside a session that ends stays up for its down time")
    func beatsBeside() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        try see("h1", true, at: &daemon)
        await daemon.run(.seconds(30))
        await daemon.beat(process.next())
        await daemon.run(.seconds(9))
        try see("h1", false, at: &daemon)
        await daemon.run(.seconds(50))
        #expect(daemon.verdict("h1") == up)
        await daemon.run(.seconds(3))
        #expect(daemon.verdict("h1") == missed)
    }

    @Test("the session of a replaced incarnation says nothing, whether it stands or ends")
    func replaced() async throws {
        var daemon = try await freshDaemon()
        var old = Process("h1")
        await daemon.beat(old.next())
        try see("h1", true, at: &daemon)
        var new = Process("h1", incarnation: "b")
        await daemon.beat(new.next())
        #expect(daemon.verdict("h1") == up)
        try see("h1", true, incarnation: "b", at: &daemon)
        try see("h1", false, at: &daemon)
        await daemon.run(.seconds(70))
        #expect(daemon.verdict("h1") == standing)
    }

    @Test("while the back end does not answer a session proves nothing, and when it does it is still there")
    func lost() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        try see("h1", true, at: &daemon)
        await daemon.run(.seconds(100))
        daemon.store.setOutage(StoreError(.unavailable, "away"))
        await daemon.run(.seconds(20))
        #expect(daemon.verdict("h1") == Verdict(.unknown, .backendLost, lastState: .up))
        daemon.store.setOutage(nil)
        await daemon.run(.seconds(5))
        #expect(daemon.verdict("h1") == standing)
        let log = try await daemon.store.transitions(since: 0, limit: 10).transitions
        #expect(log.allSatisfy { $0.kind != .state })
    }

    @Test("a back end that lost what it held leaves those who held a session a whole down time")
    func emptied() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        try see("h1", true, at: &daemon)
        await daemon.run(.seconds(100))
        daemon.tell { $0.sessionsLost(at: $1) }
        try see("h1", false, at: &daemon)
        await daemon.run(.seconds(59))
        #expect(daemon.verdict("h1") == up)
        await daemon.run(.seconds(2))
        #expect(daemon.verdict("h1") == missed)
    }

    @Test("who leaves, fails or is deleted is not up for a session that still stands")
    func left() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        var failing = Process("h2")
        await daemon.beat(process.next())
        await daemon.beat(failing.next())
        try see("h1", true, at: &daemon)
        try see("h2", true, at: &daemon)
        _ = try await daemon.leave(process.departure())
        _ = try await daemon.leave(failing.departure(.failed(message: nil)))
        await daemon.run(.seconds(1))
        #expect(daemon.verdict("h1") == Verdict(.down, .left))
        #expect(daemon.verdict("h2") == Verdict(.down, .reportedFailed))
        await daemon.beat(failing.next())
        await daemon.run(.seconds(70))
        #expect(daemon.verdict("h2") == standing)
        let service = try #require(daemon.place(of: "h2"))
        try await daemon.delete(daemon.machine.board.cards[Int(service)].uuid)
        #expect(daemon.machine.sessionCount == 1, "that of the one that left")
    }

    @Test("sessions that end together are held by the brake, one that ends alone is not")
    func brake() async throws {
        var daemon = try await freshDaemon()
        for number in 0..<20 {
            var process = Process("h\(number)")
            await daemon.beat(process.next())
            try see("h\(number)", true, at: &daemon)
        }
        await daemon.run(.seconds(100))
        try see("h0", false, at: &daemon)
        await daemon.run(.seconds(1))
        #expect(daemon.verdict("h0") == expired)
        for number in 1..<15 { try see("h\(number)", false, at: &daemon) }
        await daemon.run(.seconds(2))
        for number in 1..<15 { #expect(daemon.verdict("h\(number)")?.reason == .massFailure) }
        #expect(daemon.verdict("h16") == standing)
    }

    @Test("a session is explained")
    func explained() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        try see("h1", true, at: &daemon)
        let service = try #require(daemon.place(of: "h1"))
        let explanation = try #require(daemon.machine.explanation(of: service, at: daemon.now))
        #expect(explanation.evidence.contains { $0.fact == "session" })
        #expect(explanation.changesWhen.contains { $0.contains("session_expired") })
    }

    @Test("what another daemon heard just before a session ended must be visible before anybody judges")
    func endsUnproven() async throws {
        var daemons = try await Daemons(2)
        var process = Process("h1")
        await daemons.all[0].beat(process.next())
        await daemons.run(.seconds(1))
        try see("h1", true, at: &daemons.all[0])
        try see("h1", true, at: &daemons.all[1])
        await daemons.run(.seconds(600))
        // The other one does not run meanwhile: what it has just heard is not flushed.
        await daemons.run(.seconds(1), stopped: [1])
        try see("h1", false, at: &daemons.all[0])
        await daemons.run(.seconds(1), stopped: [1])
        #expect(daemons.all[0].verdict("h1")?.state == .up, "it waits for the other")
        try see("h1", false, at: &daemons.all[1])
        await daemons.run(.seconds(3))
        #expect(daemons.all[0].verdict("h1")?.state == .down)
    }

    @Test("a switch to a driver that does not see the sessions has reservations, and calls nobody down for it")
    func switchedAway() async throws {
        var daemon = try await freshDaemon()
        daemon.tell { $0.addShadow("database", at: $1) }
        var process = Process("h1")
        await daemon.beat(process.next())
        try see("h1", true, at: &daemon)
        await daemon.run(.seconds(300))
        #expect(daemon.machine.reservations(against: "database") == 1)
        daemon.tell { $0.driverSwitched(to: "database", from: "memory", count: 1, at: $1) }
        await daemon.run(.seconds(59))
        #expect(daemon.verdict("h1") == up)
        await daemon.run(.seconds(2))
        #expect(daemon.verdict("h1") == missed)
    }

    @Test("sessions with a driver in the shadow count once it decides")
    func switched() async throws {
        var daemon = try await freshDaemon()
        daemon.tell { $0.addShadow("zookeeper", at: $1) }
        var process = Process("h1")
        await daemon.beat(process.next())
        let service = try #require(daemon.place(of: "h1"))
        let uuid = daemon.machine.board.cards[Int(service)].uuid
        daemon.tell { machine, now in
            let session = ObservedSession(uuid: uuid, incarnation: "a", isStanding: true)
            machine.shadowShowed("zookeeper", [session], at: now)
        }
        #expect(daemon.verdict("h1") == up && daemon.machine.sessionCount == 0)
        daemon.tell { $0.driverSwitched(to: "zookeeper", from: "memory", count: 1, at: $1) }
        await daemon.run(.seconds(70))
        #expect(daemon.verdict("h1") == standing)
    }
}
