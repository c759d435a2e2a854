import LivenessCore
import LivenessTesting
import Testing

/// Services of one zone that beat every ten seconds, a tenth of them each second.
private struct Zone {
    let name: String
    var processes: [Process]
    var hosts: [String] { processes.map(\.host) }

    init(_ name: String, _ count: Int) {
        self.name = name
        processes = (0..<count).map { Process("\(name)-\($0)") }
    }

    mutating func beat(_ daemon: inout ModelDaemon, second: Int, alive: Range<Int>) async {
        for number in alive where number % 10 == second % 10 {
            await daemon.beat(processes[number].next { $0.zone = name })
        }
    }

    func count(_ daemon: ModelDaemon, _ verdict: Verdict) -> Int {
        hosts.count { daemon.verdict($0) == verdict }
    }
}

private let held = Verdict(.unknown, .massFailure, lastState: .up)

extension ModelDaemon {
    /// Time goes by while those of the zone that are alive beat.
    fileprivate mutating func run(_ seconds: Int, _ zone: inout Zone, alive: Range<Int>) async {
        for second in 0..<seconds {
            await zone.beat(&self, second: second, alive: alive)
            await run(.seconds(1))
        }
    }

    fileprivate func recordedDowns(_ zone: Zone) async throws -> Int {
        try await store.transitions(since: 0, limit: .max).transitions
            .count { $0.to == .down && zone.hosts.contains($0.host) }
    }

    fileprivate func brakes() async throws -> [String] {
        try await store.brakes(limit: 9).map { "\($0.scope) \($0.silent)/\($0.members) \($0.releasedBy ?? "holds")" }
            .sorted()
    }
}

@Suite("The brake")
struct BrakeTests {
    @Test("whom another daemon has heard lately is not silent, though it was last heard here long ago")
    func heldElsewhere() async throws {
        for isHeld in [true, false] {
            var daemon = try await freshDaemon()
            var zone = Zone("nova", 20)
            await daemon.run(10, &zone, alive: 0..<20)
            await daemon.run(30, &zone, alive: 0..<0)
            let places = zone.hosts.dropFirst().compactMap { daemon.place(of: $0) }
            daemon.tell { machine, now in
                var seen = BackendObservation(epoch: "", daemons: [], changed: [], head: nil)
                seen.heldElsewhere = isHeld ? places : []
                machine.observed(seen, began: now, at: now)
            }
            daemon.lookAtBrake()
            #expect(daemon.machine.brakes.held.isEmpty == isHeld)
        }
    }

    @Test("of 100 of whom 60 fall silent at once none is called down, until the hold is over")
    func massFailure() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        await daemon.run(75, &zone, alive: 60..<100)
        #expect(zone.count(daemon, held) == 60)
        #expect(zone.count(daemon, up) == 40)
        #expect(try await daemon.recordedDowns(zone) == 0)
        #expect(try await daemon.brakes() == ["compute/nova 60/100 holds", "fleet 60/100 holds"])
        await daemon.run(225, &zone, alive: 60..<100)
        #expect(zone.count(daemon, held) == 60)
        await daemon.run(60, &zone, alive: 60..<100)
        #expect(zone.count(daemon, missed) == 60)
        #expect(zone.count(daemon, up) == 40)
        #expect(try await daemon.recordedDowns(zone) == 60)
        #expect(try await daemon.brakes() == ["compute/nova 60/100 max_hold", "fleet 60/100 max_hold"])
        await daemon.run(60, &zone, alive: 60..<100)
        #expect(try await daemon.brakes().count == 2)
    }

    @Test("a failure that is reported while the back end is lost is down at once, and too many are held")
    func failuresInTheDark() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        daemon.store.setOutage(StoreError(.unavailable, "away"))
        await daemon.run(30, &zone, alive: 0..<100)
        #expect(daemon.machine.isBackendLost)
        // The database is back, and this daemon has not seen it yet.
        daemon.store.setOutage(nil)
        for number in 0..<80 {
            try await daemon.leave(zone.processes[number].departure(.failed(message: "no network")))
            let verdict = daemon.verdict(zone.hosts[number])
            // Whom the brake holds is unknown for the first reason there is.
            let doubt = Verdict(.unknown, .backendLost, lastState: .up)
            #expect(verdict == (number < 50 ? Verdict(.down, .reportedFailed) : doubt), "\(number)")
        }
        #expect(daemon.machine.isBackendLost && zone.count(daemon, up) == 20)
        await daemon.run(5, &zone, alive: 80..<100)
        #expect(zone.count(daemon, held) == 30 && zone.count(daemon, up) == 20)
    }

    @Test("an explanation names the brake and what would end it")
    func explained() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 20)
        await daemon.run(20, &zone, alive: 0..<20)
        await daemon.run(75, &zone, alive: 15..<20)
        let place = try #require(daemon.place(of: "nova-0"))
        let explanation = try #require(daemon.machine.explanation(of: place, at: daemon.now))
        #expect(explanation.verdict == held)
        #expect(explanation.evidence.contains { $0.text.contains("compute/nova: 15 of 20") })
        #expect(explanation.changesWhen.contains { $0.contains("an operator releases the brake") })
    }

    @Test("who comes back is up; when enough have, the rest is down, and is not held again")
    func recovery() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        await daemon.run(75, &zone, alive: 60..<100)
        await daemon.run(30, &zone, alive: 30..<100)
        #expect(zone.count(daemon, up) == 70)
        #expect(zone.count(daemon, held) == 30)
        await daemon.run(20, &zone, alive: 25..<100)
        #expect(zone.count(daemon, up) == 75)
        #expect(zone.count(daemon, missed) == 25)
        #expect(try await daemon.recordedDowns(zone) == 25)
        #expect(try await daemon.brakes() == ["compute/nova 60/100 recovered", "fleet 60/100 recovered"])
        await daemon.run(60, &zone, alive: 25..<100)
        #expect(try await daemon.brakes().count == 2)
    }

    @Test("an operator lets go: who is silent is down, also who was not yet due, and none of them is held again")
    func released() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        // Those heard last are due a few seconds from now.
        await daemon.run(55, &zone, alive: 60..<100)
        #expect(zone.count(daemon, held) > 0)
        #expect(zone.count(daemon, held) < 60)
        try await daemon.release(BrakeScope(text: "compute/nova"))
        try await daemon.release(.fleet)
        await daemon.run(20, &zone, alive: 60..<100)
        #expect(zone.count(daemon, missed) == 60)
        #expect(try await daemon.brakes() == ["compute/nova 60/100 operator", "fleet 60/100 operator"])
        // Another mass failure among those who are left is one of its own.
        await daemon.run(80, &zone, alive: 95..<100)
        #expect(zone.count(daemon, held) == 35)
        #expect(try await daemon.brakes().count == 4)
    }

    @Test("while one zone is held, a death in another is noticed in time")
    func elsewhere() async throws {
        var daemon = try await freshDaemon()
        var near = Zone("near", 50)
        var far = Zone("far", 100)
        for second in 0..<20 {
            await near.beat(&daemon, second: second, alive: 0..<50)
            await far.beat(&daemon, second: second, alive: 0..<100)
            await daemon.run(.seconds(1))
        }
        for second in 0..<75 {
            await near.beat(&daemon, second: second, alive: 40..<50)
            await far.beat(&daemon, second: second, alive: 1..<100)
            await daemon.run(.seconds(1))
        }
        #expect(near.count(daemon, held) == 40)
        #expect(far.count(daemon, missed) == 1)
        #expect(try await daemon.brakes() == ["compute/near 40/50 holds"])
    }

    @Test("a clean scale-down is held by nothing, and the next death is a death")
    func scaleDown() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        for number in 0..<60 { try await daemon.leave(zone.processes[number].departure()) }
        await daemon.run(75, &zone, alive: 61..<100)
        #expect(daemon.verdict("nova-60") == missed)
        #expect(try await daemon.brakes() == [])
    }

    @Test("fewer than the minimum are never a mass failure")
    func few() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 4)
        await daemon.run(20, &zone, alive: 0..<4)
        await daemon.run(75, &zone, alive: 0..<0)
        #expect(zone.count(daemon, missed) == 4)
        #expect(try await daemon.brakes() == [])
    }

    @Test("a check that fails everywhere: the brake holds the rest, and a heartbeat lifts each")
    func failures() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        let failed = Verdict(.down, .reportedFailed)
        for number in 0..<100 {
            try await daemon.leave(zone.processes[number].departure(.failed(message: "full")))
            if number == 0 { #expect(daemon.verdict("nova-0") == failed) }
        }
        #expect(zone.count(daemon, failed) == 50)
        #expect(zone.count(daemon, held) == 50)
        await daemon.run(.seconds(5))
        #expect(zone.count(daemon, failed) == 50)
        await daemon.run(20, &zone, alive: 0..<100)
        #expect(zone.count(daemon, up) == 100)
        #expect(try await daemon.brakes() == ["compute/nova 51/100 recovered", "fleet 51/100 recovered"])
    }

    @Test("who fails while others are silent is held with them, and is down when the brake lets go")
    func failureAmongTheSilent() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        await daemon.run(30, &zone, alive: 60..<100)
        try await daemon.leave(zone.processes[99].departure(.failed(message: nil)))
        #expect(daemon.verdict("nova-99") == held)
        await daemon.run(60, &zone, alive: 60..<99)
        #expect(daemon.verdict("nova-99") == held)
        try await daemon.release(BrakeScope(text: "compute/nova"))
        try await daemon.release(.fleet)
        await daemon.run(2, &zone, alive: 60..<99)
        #expect(daemon.verdict("nova-99") == Verdict(.down, .reportedFailed))
        #expect(zone.count(daemon, missed) == 60)
    }

    @Test("a daemon that starts during the hold goes on with it, to its end")
    func restart() async throws {
        var before = try await freshDaemon()
        var zone = Zone("nova", 100)
        await before.run(20, &zone, alive: 0..<100)
        await before.run(80, &zone, alive: 60..<100)
        var daemon = ModelDaemon(store: before.store, at: before.now + .seconds(600))
        try await daemon.start()
        await daemon.run(200, &zone, alive: 60..<100)
        #expect(zone.count(daemon, held) == 60)
        #expect(try await daemon.recordedDowns(zone) == 0)
        await daemon.run(110, &zone, alive: 60..<100)
        #expect(zone.count(daemon, missed) == 60)
        #expect(zone.count(daemon, up) == 40)
    }

    @Test("a brake that engages while the database is away is written when it is back")
    func writtenLater() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        await daemon.run(49, &zone, alive: 60..<100)
        daemon.store.setOutage(StoreError(.unavailable, "away"))
        await daemon.run(2, &zone, alive: 60..<100)
        #expect(daemon.machine.brakes.held.count == 2)
        daemon.store.setOutage(nil)
        #expect(try await daemon.brakes() == [])
        await daemon.run(.seconds(1))
        #expect(try await daemon.brakes() == ["compute/nova 60/100 holds", "fleet 60/100 holds"])
    }

    @Test("what one daemon engages binds the others, and so does the end of it")
    func severalDaemons() async throws {
        var daemons = try await Daemons(2)
        var zone = Zone("nova", 40)
        for second in 0..<100 {
            let alive = second < 20 ? 0..<40 : 30..<40
            await zone.beat(&daemons.all[second / 10 % 2], second: second, alive: alive)
            await daemons.run(.seconds(1))
        }
        for daemon in daemons.all { #expect(zone.count(daemon, held) == 30) }
        #expect(try await daemons.all[0].brakes() == ["compute/nova 30/40 holds", "fleet 30/40 holds"])
        try await daemons.all[0].release(BrakeScope(text: "compute/nova"))
        try await daemons.all[0].release(.fleet)
        for second in 0..<5 {
            await zone.beat(&daemons.all[1], second: second, alive: 30..<40)
            await daemons.run(.seconds(1))
        }
        for daemon in daemons.all { #expect(zone.count(daemon, missed) == 30) }
        #expect(try await daemons.all[0].recordedDowns(zone) == 30)
        #expect(try await daemons.all[1].brakes() == ["compute/nova 30/40 operator", "fleet 30/40 operator"])
    }

    @Test("a daemon that starts in the first seconds of a hold ends it for nobody", arguments: [51, 55, 60])
    func startsEarly(seconds: Int) async throws {
        var daemons = try await Daemons(1)
        var zone = Zone("nova", 100)
        for second in 0..<(20 + seconds) {
            await zone.beat(&daemons.all[0], second: second, alive: second < 20 ? 0..<100 : 60..<100)
            await daemons.run(.seconds(1))
        }
        try await daemons.start("late")
        for second in 0..<40 {
            await zone.beat(&daemons.all[0], second: second, alive: 60..<100)
            await daemons.run(.seconds(1))
        }
        for daemon in daemons.all { #expect(zone.count(daemon, held) == 60) }
        #expect(try await daemons.all[0].recordedDowns(zone) == 0)
    }

    @Test("a daemon that was stopped when the brake engaged ends it for nobody")
    func stopped() async throws {
        var daemons = try await Daemons(2)
        var zone = Zone("nova", 100)
        for second in 0..<120 {
            await zone.beat(&daemons.all[0], second: second, alive: second < 20 ? 0..<100 : 60..<100)
            await daemons.run(.seconds(1), stopped: 21..<75 ~= second ? [1] : [])
        }
        #expect(zone.count(daemons.all[0], held) == 60)
        #expect(try await daemons.all[0].recordedDowns(zone) == 0)
    }

    @Test("who was recorded as failed before the brake engaged stays so at every daemon")
    func failedBefore() async throws {
        var daemons = try await Daemons(2)
        var zone = Zone("nova", 20)
        for second in 0..<20 {
            await zone.beat(&daemons.all[0], second: second, alive: 0..<20)
            await daemons.run(.seconds(1))
        }
        for process in zone.processes {
            try await daemons.all[0].leave(process.departure(.failed(message: "full")))
        }
        await daemons.run(.seconds(5))
        for daemon in daemons.all {
            #expect(zone.count(daemon, Verdict(.down, .reportedFailed)) == 10)
            #expect(zone.count(daemon, held) == 10)
        }
        for host in zone.hosts.prefix(10) { #expect(try await daemons.recorded(host) == [.down]) }
    }

    @Test("all fail while this daemon sees nothing, after a silence: half are down, and then the rest are held")
    func failuresWhileBlind() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        daemon.store.setOutage(StoreError(.unavailable, "away"))
        await daemon.run(.seconds(15))
        #expect(daemon.isBackendLost)
        daemon.store.setOutage(nil)
        for process in zone.processes { try await daemon.leave(process.departure(.failed(message: nil))) }
        #expect(zone.count(daemon, Verdict(.down, .reportedFailed)) == 50)
        await daemon.run(.seconds(3))
        #expect(zone.count(daemon, Verdict(.down, .reportedFailed)) == 50 && zone.count(daemon, held) == 50)
        #expect(try await daemon.recordedDowns(zone) == 50)
    }

    @Test("a failure ends with the record it was reported of")
    func failedAndCreatedAgain() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 20)
        await daemon.run(20, &zone, alive: 0..<20)
        for process in zone.processes.prefix(8) { try await daemon.leave(process.departure(.failed(message: nil))) }
        for host in zone.hosts.prefix(8) {
            let card = try #require(daemon.card(host))
            try await daemon.delete(card.uuid)
        }
        for number in 0..<8 { zone.processes[number] = Process(zone.hosts[number], incarnation: "new") }
        await daemon.run(20, &zone, alive: 0..<20)
        // Three others: with the eight they would be more than half.
        await daemon.run(75, &zone, alive: 0..<17)
        #expect(zone.count(daemon, missed) == 3)
        #expect(try await daemon.brakes() == [])
    }

    @Test("a brake that the database does not have yet is released by hand, too")
    func releasedUnwritten() async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 100)
        await daemon.run(20, &zone, alive: 0..<100)
        await daemon.run(49, &zone, alive: 60..<100)
        daemon.store.setOutage(StoreError(.unavailable, "away"))
        await daemon.run(2, &zone, alive: 60..<100)
        for brake in daemon.machine.brakes.held { daemon.release(BrakeRelease(brake, by: "operator", at: daemon.wall)) }
        daemon.store.setOutage(nil)
        await daemon.run(15, &zone, alive: 60..<100)
        #expect(zone.count(daemon, missed) == 60)
        #expect(try await daemon.brakes() == ["compute/nova 60/100 operator", "fleet 60/100 operator"])
    }

    @Test("a pause or an outage of our own is no mass failure", arguments: [3, 30, 100])
    func ownBlindness(seconds: Int) async throws {
        var daemon = try await freshDaemon()
        var zone = Zone("nova", 50)
        await daemon.run(20, &zone, alive: 0..<50)
        daemon.stall(.seconds(seconds))
        await daemon.run(80, &zone, alive: 1..<50)
        #expect(daemon.verdict("nova-0") == missed)
        #expect(try await daemon.brakes() == [])
        daemon.store.setOutage(StoreError(.unavailable, "away"))
        await daemon.run(.seconds(seconds))
        daemon.store.setOutage(nil)
        await daemon.run(80, &zone, alive: 2..<50)
        #expect(daemon.verdict("nova-1") == missed)
        #expect(try await daemon.brakes() == [])
    }
}
