import LivenessCore
import LivenessTesting
import Testing

@Suite("A back end in parts")
struct PartsTests {
    /// A machine whose back end is two servers, with another daemon beside it or not.
    private struct Pair {
        var machine: LivenessMachine
        var now = Instant(nanoseconds: 1_000_000_000)
        /// Servers that do not answer.
        var away: Set<Int> = []
        /// How many flushes of the other daemon each server has taken; nil when there is no other daemon.
        var counts: [Int64]?
        /// Whether the other daemon's row moves.
        var isOtherAlive = true
        /// Servers that take flushes of the other daemon.
        var taking: Set<Int> = [0, 1]
        private var places: [String: UInt32] = [:]
        private var table = PartTable()
        private let isShared: Bool
        private var nextLook: Instant
        private var nextFlush: Instant
        private(set) var events: [HealthEvent] = []

        /// Hosts on each of the two servers.
        init(_ hosts: [String], _ others: [String], isCompanied: Bool = false, isShared: Bool = true) {
            let start = Instant(nanoseconds: 1_000_000_000)
            let hasher = NameHasher(seed: 1, secret: 2)
            machine = LivenessMachine(settings: LivenessSettings(), hasher: hasher, isShared: isShared, at: start)
            (nextLook, nextFlush) = (start, start)
            self.isShared = isShared
            counts = isCompanied ? [1, 1] : nil
            machine.began(at: start, wall: Timestamp(microseconds: 0))
            for (number, host) in (hosts + others).enumerated() {
                var record = ServiceRecord(
                    id: Int64(number + 1),
                    uuid: ServiceUUID(random: UInt64(number + 1), 2),
                    name: ServiceName(host: host, binary: "nova-compute"),
                    topic: "compute",
                    zone: "nova",
                    createdAt: Timestamp(microseconds: 0)
                )
                record.incarnation = "a"
                record.incarnationNumber = 1
                record.reportInterval = .seconds(10)
                record.isNeverHeard = false
                let since = Timestamp(microseconds: 0)
                record.recorded = RecordedState(state: .up, reason: .heartbeat, since: since, revision: 1)
                machine.recordChanged(record, at: start)
                guard let service = machine.board.find(record.uuid) else { continue }
                places[host] = service
                table.set(service, number < hosts.count ? 0 : 1)
            }
            run(.seconds(1))
        }

        func place(_ host: String) -> UInt32 { places[host] ?? .max }

        private func observation() -> BackendObservation {
            var daemons: [DaemonRecord] = []
            if let counts {
                daemons = [
                    DaemonRecord(
                        id: "other",
                        incarnation: "i",
                        host: "h",
                        release: 1,
                        schemaRange: 1...1,
                        phaseSeen: "both",
                        flushCount: counts.min() ?? 0,
                        settingsDigest: "",
                        lastSeen: Timestamp(microseconds: isOtherAlive ? now.nanoseconds / 1_000 : 0)
                    )
                ]
            }
            var observation = BackendObservation(epoch: "", daemons: daemons, brakes: nil, changed: [], head: nil)
            observation.places = table
            observation.parts = [0, 1].map { server in
                let seen = counts.map { ["other": $0[server]] } ?? [:]
                return BackendPart(name: "server \(server)", counts: away.contains(server) ? nil : seen)
            }
            return observation
        }

        /// Another daemon, or the service itself, wrote a heartbeat of theirs, and it is seen.
        mutating func hear(_ hosts: String..., sequence: UInt64) {
            let heard = hosts.compactMap { places[$0] }.map { service in
                ObservedHeartbeat(
                    id: machine.board.cards[Int(service)].id,
                    uuid: machine.board.cards[Int(service)].uuid,
                    incarnationNumber: 1,
                    sequence: sequence,
                    version: 0,
                    reportInterval: .seconds(10),
                    reportCount: Int64(sequence)
                )
            }
            _ = machine.heartbeatsObserved(heard[...], at: now)
        }

        /// What the engine does, a tick at a time.
        mutating func run(_ duration: Duration) {
            let end = now + duration
            while now < end {
                now = now + DeadlineWheel.slotWidth
                if now >= nextFlush, var moved = counts {
                    nextFlush = now + .milliseconds(125)
                    for server in taking { moved[server] += 1 }
                    counts = moved
                }
                machine.ticked(at: now, wall: Timestamp(microseconds: now.nanoseconds / 1_000))
                if now >= nextLook {
                    nextLook = now + .seconds(1)
                    machine.observed(observation(), began: now, at: now)
                    machine.flushEnded(at: now)
                    machine.flushEnded(isWhole: away.isEmpty, at: now)
                }
                while machine.advance(to: now, limit: 16) {}
                while machine.continueSweep(limit: 16, at: now) {}
                guard isShared else {
                    while machine.lookAtBrake(limit: 16, at: now) {}
                    _ = machine.judge(passBegan: now, count: machine.dueCount, limit: .max, at: now)
                    events += machine.takeEvents()
                    continue
                }
                if machine.dueCount > 0 { machine.looked(at: [], observation(), began: now, at: now) }
                let taken = machine.takeDue(passBegan: now, count: machine.dueCount, limit: .max, at: now)
                while machine.lookAtBrake(limit: 16, at: now) {}
                machine.looked(at: taken.due, observation(), began: now, at: now)
                machine.judge(taken.due[...], passBegan: now, at: now)
                events += machine.takeEvents()
            }
        }

        func verdict(_ host: String) -> Verdict? { places[host].map(machine.verdict(of:)) }
    }

    private let lost = Verdict(.unknown, .backendLost, lastState: .up)

    @Test(
        "who belongs on a server that is away is unknown, and who does not is judged as ever",
        arguments: [false, true]
    )
    func judged(isCompanied: Bool) {
        var pair = Pair(["h1"], ["h2", "h3"], isCompanied: isCompanied)
        pair.hear("h1", "h2", "h3", sequence: 1)
        pair.away = [0]
        pair.taking = [1]
        for sequence: UInt64 in 2...8 {
            pair.run(.seconds(10))
            pair.hear("h3", sequence: sequence)
        }
        #expect(pair.verdict("h1") == lost)
        #expect(pair.verdict("h2") == missed)
        #expect(pair.verdict("h3") == up)
        #expect(pair.machine.isBackendLost && !pair.machine.isWholeBackendLost)
        #expect(pair.machine.backendLostSince != nil)
        #expect(pair.events == [.degraded(.backendLost)])
        let evidence = pair.machine.explanation(of: pair.place("h1"), at: pair.now)?.evidence ?? []
        #expect(evidence.contains { $0.fact == "backend_lost" && $0.text.contains("server 0") })
    }

    @Test("when the server answers again who lives is seen within an interval and a half, and the dead are down then")
    func returned() {
        var pair = Pair(["h1", "h2"], ["h3"])
        pair.hear("h1", "h2", sequence: 1)
        pair.away = [0]
        pair.run(.seconds(100))
        pair.away = []
        pair.run(.seconds(12))
        #expect(pair.verdict("h1") == lost && pair.verdict("h2") == lost)
        pair.hear("h1", sequence: 2)
        pair.run(.seconds(7))
        #expect(pair.verdict("h1") == up)
        #expect(pair.verdict("h2") == missed)
        #expect(!pair.machine.isBackendLost)
        #expect(pair.events == [.degraded(.backendLost), .recovered(.backendLost)])
    }

    @Test("of two servers that were away the services of each are judged when it is back itself")
    func oneByOne() {
        var pair = Pair(["h1"], ["h2"])
        pair.hear("h1", "h2", sequence: 1)
        pair.away = [0, 1]
        pair.run(.seconds(70))
        pair.away = [1]
        pair.run(.seconds(20))
        #expect(pair.verdict("h1") == missed)
        #expect(pair.verdict("h2") == lost)
    }

    @Test(
        "a server that is away for a moment makes nobody unknown who is not due, and nobody down before it was seen again"
    )
    func blink() {
        var pair = Pair(["h1"], [])
        pair.hear("h1", sequence: 1)
        pair.run(.milliseconds(59_000))
        pair.away = [0]
        pair.run(.milliseconds(2_500))
        #expect(pair.verdict("h1") == up)
        #expect(!pair.machine.isBackendLost)
        pair.away = []
        pair.run(.seconds(16))
        // One that writes there itself had no chance to.
        #expect(pair.verdict("h1")?.state != .down)
        pair.run(.seconds(3))
        #expect(pair.verdict("h1") == missed)
        #expect(pair.events.isEmpty)
    }

    @Test(
        "a heartbeat that a daemon still owes a server keeps its service from being called down, for as long as it lives"
    )
    func owed() {
        var pair = Pair(["h1"], ["h2"], isCompanied: true)
        pair.hear("h1", "h2", sequence: 1)
        pair.run(.milliseconds(59_000))
        // The other daemon hears both in this moment, and only the second server takes it.
        pair.away = [0]
        pair.taking = [1]
        pair.hear("h2", sequence: 2)
        pair.run(.seconds(2))
        // This daemon sees the server again, the other does not yet.
        pair.away = []
        pair.run(.seconds(60))
        #expect(pair.verdict("h1")?.state != .down, "the other daemon lives, and its count there stands still")
        pair.taking = [0, 1]
        pair.hear("h1", sequence: 2)
        pair.run(.seconds(1))
        #expect(pair.verdict("h1") == up)
        #expect(pair.verdict("h2") == missed)
    }

    @Test("what a server has taken more than another says nothing once it takes no more")
    func surplus() {
        var pair = Pair(["h1"], ["h2"], isCompanied: true)
        pair.hear("h1", "h2", sequence: 1)
        pair.taking = [1]
        pair.run(.seconds(58))
        pair.hear("h1", "h2", sequence: 2)
        pair.taking = [0]
        pair.run(.seconds(62))
        #expect(pair.verdict("h1") == missed)
        #expect(pair.verdict("h2")?.state != .down)
        pair.taking = [0, 1]
        pair.hear("h2", sequence: 3)
        pair.run(.seconds(1))
        #expect(pair.verdict("h2") == up)
    }

    @Test("one that is in several parts is judged when all of them answer")
    func several() {
        var pair = Pair(["h1"], ["h2"])
        var table = PartTable()
        table.set(pair.place("h2"), 1)
        pair.hear("h1", "h2", sequence: 1)
        #expect(table.part(of: pair.place("h1")) == PartTable.several && table.part(of: 77) == PartTable.several)
        pair.away = [0]
        pair.run(.seconds(70))
        #expect(pair.verdict("h2") == missed)
    }

    @Test("the silence of a server that is away engages no brake, and hides nobody from it who is seen")
    func brake() {
        let hosts = (0..<20).map { "h\($0)" }
        let others = (0..<20).map { "o\($0)" }
        var pair = Pair(hosts, others)
        for host in hosts + others { pair.hear(host, sequence: 1) }
        pair.away = [0]
        for sequence: UInt64 in 2...8 {
            pair.run(.seconds(10))
            for host in others { pair.hear(host, sequence: sequence) }
        }
        #expect(pair.verdict("h7") == lost && pair.verdict("o7") == up)
        #expect(pair.machine.brakes.held.isEmpty)
        pair.run(.seconds(65))
        #expect(pair.verdict("o7") == Verdict(.unknown, .massFailure, lastState: .up))
    }

    @Test("a brake that holds is not let go because a server that would show who it holds is away")
    func heldBrake() {
        let hosts = (0..<5).map { "h\($0)" }
        let others = (0..<3).map { "o\($0)" }
        var pair = Pair(hosts, others)
        for host in hosts + others { pair.hear(host, sequence: 1) }
        for sequence: UInt64 in 2...4 {
            pair.run(.seconds(10))
            for host in others { pair.hear(host, sequence: sequence) }
        }
        #expect(pair.machine.brakes.held.map(\.silent).max() == 5)
        pair.away = [0]
        pair.run(.seconds(6))
        pair.away = []
        pair.run(.seconds(2))
        #expect(!pair.machine.brakes.held.isEmpty)
    }

    @Test("a daemon that shares its records with nobody calls nobody down on a server that it cannot see")
    func alone() {
        var pair = Pair(["h1"], ["h2"], isShared: false)
        pair.hear("h1", "h2", sequence: 1)
        pair.run(.seconds(58))
        pair.away = [0]
        pair.run(.seconds(2.5))
        #expect(pair.verdict("h1") == up && pair.verdict("h2") == missed)
        pair.run(.seconds(10))
        #expect(pair.verdict("h1") == lost)
        pair.away = []
        pair.run(.seconds(20))
        #expect(pair.verdict("h1") == missed)
    }

    @Test("a daemon that has been dead for long is not waited for anew because a server was away for a moment")
    func deadDaemon() {
        var pair = Pair(["h1"], [], isCompanied: true)
        pair.isOtherAlive = false
        pair.taking = []
        pair.run(.seconds(60))
        pair.hear("h1", sequence: 1)
        pair.run(.seconds(30))
        pair.away = [0]
        pair.run(.seconds(1))
        pair.away = []
        pair.run(.seconds(31))
        #expect(pair.verdict("h1") == missed)
    }

    @Test("a daemon that stood still does not take the time for a server's absence")
    func stopped() {
        var pair = Pair(["h1"], [])
        pair.hear("h1", sequence: 1)
        pair.away = [0]
        pair.run(.milliseconds(1_050))
        pair.now = pair.now + .seconds(30)
        pair.away = []
        pair.run(.milliseconds(50))
        #expect(!pair.events.contains(.degraded(.backendLost)))
    }
}
