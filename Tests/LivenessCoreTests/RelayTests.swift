import LivenessCore
import LivenessTesting
import Testing

/// A rack whose services beat through the relay on `r1`: report_interval 10 s, service_down_time 60 s.
private struct Rack {
    var daemon: ModelDaemon
    var processes: [Process]
    /// The relay's own service.
    var relay = Process("r1", binary: "rollcall-relay")

    init(_ count: Int, _ adjust: (inout LivenessSettings) -> Void = { _ in }) async throws {
        daemon = try await freshDaemon {
            // The brake is another rule, with tests of its own.
            $0.brake.minimum = 1_000
            adjust(&$0)
        }
        processes = (0..<count).map { Process("h\($0)") }
    }

    /// One heartbeat of the relay and of those in its rack, by way of it.
    mutating func beat(_ range: Range<Int>? = nil) async {
        await daemon.beat(relay.next(), through: "r1")
        for number in range ?? processes.indices {
            await daemon.beat(processes[number].next(), through: "r1")
        }
    }

    /// Lets them beat every 10 s for so many rounds.
    mutating func beat(rounds: Int, _ range: Range<Int>? = nil) async {
        for _ in 0..<rounds {
            await beat(range)
            await daemon.run(.seconds(10))
        }
    }

    /// Heartbeats that come another way.
    mutating func beatDirectly(_ range: Range<Int>) async {
        for number in range { await daemon.beat(processes[number].next()) }
    }

    func verdicts() -> [Verdict?] { processes.indices.map { daemon.verdict("h\($0)") } }

    func recorded(_ host: String) async throws -> [LivenessState] {
        try await daemon.store.transitions(since: 0, limit: .max).transitions
            .filter { $0.host == host && $0.kind == .state && $0.binary == "nova-compute" }.compactMap(\.to)
    }

    func explanation(_ host: String) -> Explanation? {
        daemon.place(of: host).flatMap { daemon.machine.explanation(of: $0, at: daemon.now) }
    }
}

private let lost = Verdict(.unknown, .reporterLost, lastState: .up)

@Suite("Relays")
struct RelayTests {
    @Test("a rack whose relay is lost is unknown at its deadline, and never down before brake.max_hold")
    func lostRelay() async throws {
        var rack = try await Rack(8)
        await rack.beat()
        await rack.daemon.run(.milliseconds(59_950))
        #expect(rack.verdicts() == Array(repeating: up, count: 8))
        await rack.daemon.run(.milliseconds(200))
        #expect(rack.verdicts() == Array(repeating: lost, count: 8))
        // Lost is the relay after 1.5 × 10 s.
        await rack.daemon.run(.seconds(314 - 60))
        #expect(rack.verdicts() == Array(repeating: lost, count: 8))
        await rack.daemon.run(.seconds(2))
        #expect(rack.verdicts() == Array(repeating: missed, count: 8))
        #expect(try await rack.recorded("h3") == [.unknown, .down])
    }

    @Test("whoever says to be a relay and brings nothing that counts is not known")
    func onlySaid() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next(), through: "r1")
        #expect(daemon.machine.relayCount == 1)
        try await daemon.leave(process.departure())
        for number in 2..<10 {
            #expect(await daemon.beat(process.next(), through: "r\(number)") == .rejected(.left))
        }
        #expect(daemon.machine.relayCount == 1)
    }

    @Test("a daemon that is started again holds on to what it had recorded, for what was left of brake.max_hold")
    func startedAgain() async throws {
        var rack = try await Rack(8)
        await rack.beat()
        await rack.daemon.run(.seconds(100))
        #expect(rack.verdicts() == Array(repeating: lost, count: 8))
        rack.daemon = try await restart(rack.daemon, after: .seconds(5))
        await rack.daemon.run(.seconds(240))
        #expect(rack.verdicts() == Array(repeating: lost, count: 8))
        await rack.daemon.run(.seconds(120))
        #expect(rack.verdicts() == Array(repeating: missed, count: 8))
        #expect(try await rack.recorded("h3") == [.unknown, .down])
    }

    @Test("who dies while the relay calls is down at its deadline")
    func deathInTheRack() async throws {
        var rack = try await Rack(4)
        await rack.beat()
        await rack.daemon.run(.seconds(10))
        await rack.beat(rounds: 5, 1..<4)
        await rack.daemon.run(.milliseconds(200))
        #expect(rack.verdicts() == [missed, up, up, up])
        #expect(try await rack.recorded("h0") == [.down])
    }

    @Test("what lives on the relay's own host is down at its deadline")
    func ownHost() async throws {
        var rack = try await Rack(3)
        var neighbour = Process("r1")
        await rack.beat()
        await rack.daemon.beat(neighbour.next(), through: "r1")
        await rack.daemon.run(.milliseconds(60_200))
        #expect(rack.daemon.verdict("r1") == missed)
        #expect(rack.daemon.verdict("r1", "rollcall-relay") == missed)
        #expect(rack.verdicts() == Array(repeating: lost, count: 3))
    }

    @Test("where most are heard in another way before their deadline, the rest are down at theirs")
    func fallBack() async throws {
        var rack = try await Rack(8)
        await rack.beat()
        await rack.daemon.run(.seconds(10))
        await rack.beatDirectly(0..<5)
        await rack.daemon.run(.milliseconds(50_200))
        #expect(rack.verdicts() == Array(repeating: up, count: 5) + Array(repeating: missed, count: 3))
        #expect(try await rack.recorded("h7") == [.down])
    }

    @Test("those held are down as soon as most of the others are heard in another way")
    func lateFallBack() async throws {
        var rack = try await Rack(8)
        await rack.beat()
        await rack.daemon.run(.seconds(65))
        await rack.beatDirectly(0..<3)
        await rack.daemon.run(.seconds(1))
        // Five of eight are more than half.
        #expect(rack.verdicts() == Array(repeating: up, count: 3) + Array(repeating: lost, count: 5))
        await rack.beatDirectly(3..<4)
        await rack.daemon.run(.milliseconds(200))
        #expect(rack.verdicts() == Array(repeating: up, count: 4) + Array(repeating: missed, count: 4))
        #expect(try await rack.recorded("h5") == [.unknown, .down])
        #expect(try await rack.recorded("h1") == [.unknown, .up])
    }

    @Test("who leaves is not counted among the silent, nor is who was down before")
    func departed() async throws {
        var rack = try await Rack(4)
        await rack.beat()
        try await rack.daemon.leave(rack.processes[0].departure())
        await rack.daemon.run(.seconds(10))
        await rack.beat(rounds: 6, 2..<4)
        #expect(rack.daemon.verdict("h1") == missed)
        // Two are left, and one of them comes another way: that is not more than half.
        await rack.beatDirectly(2..<3)
        await rack.daemon.run(.milliseconds(50_200))
        #expect(rack.daemon.verdict("h2") == up)
        #expect(rack.daemon.verdict("h3") == missed)
    }

    @Test("a relay that is back hears who lives; who is silent then is down two intervals later")
    func back() async throws {
        var rack = try await Rack(4)
        await rack.beat()
        await rack.daemon.run(.seconds(100))
        #expect(rack.verdicts() == Array(repeating: lost, count: 4))
        await rack.beat(0..<1)
        await rack.daemon.run(.seconds(9))
        await rack.beat(0..<2)
        #expect(rack.verdicts() == [up, up, lost, lost])
        await rack.daemon.run(.milliseconds(10_900))
        #expect(rack.verdicts() == [up, up, lost, lost])
        await rack.daemon.run(.milliseconds(300))
        #expect(rack.verdicts() == [up, up, missed, missed])
    }

    @Test("an absence delays a death by no more than it lasted")
    func shortAbsence() async throws {
        var rack = try await Rack(3)
        await rack.beat()
        await rack.daemon.run(.seconds(10))
        await rack.beat(rounds: 3, 1..<3)
        await rack.daemon.run(.seconds(2))
        await rack.beat(1..<3)
        // h0 is silent since 42 s; the relay is for the next 16.
        await rack.daemon.run(.seconds(16))
        await rack.beat(rounds: 1, 1..<3)
        await rack.beat(1..<3)
        await rack.daemon.run(.milliseconds(7_900))
        #expect(rack.verdicts() == [lost, up, up])
        await rack.daemon.run(.milliseconds(300))
        #expect(rack.verdicts() == [missed, up, up])
    }

    @Test("a relay that comes back again and again makes nobody down")
    func flapping() async throws {
        var rack = try await Rack(4)
        await rack.beat()
        await rack.daemon.run(.seconds(70))
        // Only its own heartbeat gets through, and it is gone again.
        await rack.beat(0..<0)
        await rack.daemon.run(.seconds(19))
        await rack.beat(0..<0)
        await rack.daemon.run(.seconds(4))
        #expect(rack.verdicts() == Array(repeating: lost, count: 4))
        await rack.beat()
        #expect(rack.verdicts() == Array(repeating: up, count: 4))
    }

    @Test("time in which the daemon was stopped makes no relay lost, and is no absence of it")
    func blindTime() async throws {
        var rack = try await Rack(3)
        await rack.beat()
        await rack.daemon.run(.seconds(10))
        await rack.beat(rounds: 4, 1..<3)
        await rack.beat(1..<3)
        rack.daemon.stall(.seconds(40))
        await rack.daemon.tick()
        await rack.beat(1..<3)
        await rack.daemon.run(.milliseconds(9_900))
        #expect(rack.daemon.verdict("h0")?.reason == .localPause)
        await rack.daemon.run(.milliseconds(400))
        #expect(rack.daemon.verdict("h0") == missed)
        #expect(try await rack.recorded("h0") == [.down])
    }

    @Test("a relay's call that waited in a socket at the deadline is read before anybody is judged")
    func waitedCall() async throws {
        var rack = try await Rack(3)
        await rack.beat()
        await rack.daemon.run(.milliseconds(59_950))
        rack.daemon.stall(.milliseconds(50))
        rack.daemon.notice()
        await rack.beat(1..<3)
        await rack.daemon.run(.milliseconds(200))
        // The relay is back: h0 has two intervals to be heard by it.
        #expect(rack.verdicts() == [lost, up, up])
        await rack.beat(rounds: 2, 1..<3)
        #expect(rack.verdicts() == [missed, up, up])
    }

    @Test("who comes through another relay is with that one")
    func anotherRelay() async throws {
        var rack = try await Rack(2)
        await rack.beat()
        await rack.daemon.run(.seconds(10))
        await rack.daemon.beat(rack.processes[0].next(), through: "r2")
        await rack.daemon.run(.milliseconds(50_200))
        // One of two is not more than half.
        #expect(rack.verdicts() == [up, missed])
        await rack.daemon.run(.seconds(10))
        #expect(rack.verdicts() == [lost, missed])
    }

    @Test("names that are equal to people and differ in bytes are two relays")
    func byteWise() async throws {
        var rack = try await Rack(1)
        await rack.daemon.beat(rack.processes[0].next(), through: "r\u{E9}")
        #expect(rack.explanation("h0")?.evidence.contains { $0.text.contains("relay on r\u{E9}") } == true)
        await rack.daemon.beat(rack.processes[0].next(), through: "re\u{301}")
        let text = rack.explanation("h0")?.evidence.first { $0.fact == "last_heard" }?.text ?? ""
        #expect(text.utf8.contains(0xCC))
    }

    @Test("the explanation names the relay, since when it is silent, and how many are")
    func explained() async throws {
        var rack = try await Rack(4)
        await rack.beat()
        let before = try #require(rack.explanation("h1"))
        #expect(before.evidence.contains { $0.fact == "last_heard" && $0.text.hasSuffix("through the relay on r1") })
        await rack.daemon.run(.seconds(70))
        await rack.beatDirectly(0..<1)
        let after = try #require(rack.explanation("h1"))
        let text = try #require(after.evidence.first { $0.fact == "reporter_lost" }?.text)
        #expect(text.contains("the relay on r1 last called 70.0 s ago"))
        #expect(text.contains("3 of the 4"))
        #expect(after.changesWhen.contains { $0.hasPrefix("245.0 s pass") })
        #expect(after.changesWhen.contains { $0.hasPrefix("no more than 2 ") })
    }

    @Test("relays that report for nobody are forgotten after a day")
    func forgotten() async throws {
        var rack = try await Rack(1)
        await rack.beat()
        await rack.daemon.beat(rack.processes[0].next(), through: "r2")
        #expect(rack.daemon.machine.relayCount == 2)
        rack.daemon.stall(.seconds(90_000))
        await rack.daemon.tick()
        rack.daemon.forget()
        #expect(rack.daemon.machine.relayCount == 1)
        await rack.daemon.beat(rack.processes[0].next(), through: "r3")
        #expect(rack.daemon.machine.relayCount == 2)
    }

    @Test("a fleet without relays keeps nothing of them")
    func none() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.keepBeating(&process, for: .seconds(30))
        #expect(daemon.machine.relayCount == 0)
        await daemon.run(.milliseconds(50_200))
        #expect(daemon.verdict("h1") == missed)
    }

    @Test("short down times: a relay is lost before those are due whom it brought last", arguments: [500, 1_000])
    func shortDownTimes(interval: Int) async throws {
        var rack = try await Rack(2) {
            $0.reportInterval = .milliseconds(interval)
            $0.serviceDownTime = .milliseconds(interval * 5 / 2)
        }
        await rack.beat()
        await rack.daemon.run(.milliseconds(interval * 5 / 2 + 250))
        #expect(rack.verdicts() == [lost, lost])
    }
}

@Suite("Relays and several daemons")
struct RelayCompanyTests {
    @Test("the daemon that heard the relay says so, and the others follow it to the end")
    func recordedOnce() async throws {
        var daemons = try await Daemons(3)
        var processes = (0..<4).map { Process("h\($0)") }
        for number in processes.indices { await daemons.all[0].beat(processes[number].next(), through: "r1") }
        await daemons.run(.milliseconds(62_500))
        #expect(daemons.verdicts("h1") == [lost, lost, lost])
        await daemons.run(.seconds(200))
        #expect(daemons.verdicts("h1") == [lost, lost, lost])
        #expect(try await daemons.recorded("h1") == [.unknown])
        await daemons.run(.seconds(60))
        #expect(daemons.verdicts("h1") == [missed, missed, missed])
        #expect(try await daemons.recorded("h1") == [.unknown, .down])
    }

    @Test("a service that another daemon hears is no longer the lost relay's")
    func heardElsewhere() async throws {
        var daemons = try await Daemons(2)
        var processes = (0..<4).map { Process("h\($0)") }
        for number in processes.indices { await daemons.all[0].beat(processes[number].next(), through: "r1") }
        await daemons.run(.seconds(10))
        for number in 0..<2 { await daemons.all[1].beat(processes[number].next()) }
        await daemons.run(.milliseconds(51_000))
        #expect(daemons.verdicts("h0") == [up, up])
        #expect(daemons.verdicts("h3")[0] == missed)
        await daemons.run(.seconds(2))
        #expect(daemons.verdicts("h3") == [missed, missed])
        #expect(try await daemons.recorded("h3") == [.down])
    }

    @Test("a daemon that starts while the rack is held holds it, too")
    func started() async throws {
        var daemons = try await Daemons(1)
        try await daemons.start("d8")
        await daemons.run(.seconds(2))
        var processes = (0..<4).map { Process("h\($0)") }
        for number in processes.indices { await daemons.all[0].beat(processes[number].next(), through: "r1") }
        await daemons.run(.seconds(63))
        try await daemons.start("d9")
        await daemons.run(.seconds(120))
        #expect(daemons.verdicts("h2") == [lost, lost, lost])
        #expect(try await daemons.recorded("h2") == [.unknown])
    }
}
