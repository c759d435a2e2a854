import LivenessCore
import LivenessTesting
import Testing

@Suite("A part of the back end")
struct PartialLossTests {
    /// A machine whose back end is in parts, of which some may be away.
    private struct Parts {
        var machine: LivenessMachine
        var now = Instant(nanoseconds: 1_000_000_000)
        /// Services whose part is away.
        var away: Set<UInt32> = []
        var places: [String: UInt32] = [:]
        private var nextLook: Instant
        private(set) var events: [HealthEvent] = []

        init(_ hosts: [String]) {
            let start = Instant(nanoseconds: 1_000_000_000)
            let hasher = NameHasher(seed: 1, secret: 2)
            machine = LivenessMachine(settings: LivenessSettings(), hasher: hasher, isShared: true, at: start)
            nextLook = start
            machine.began(at: start, wall: Timestamp(microseconds: 0))
            for (number, host) in hosts.enumerated() {
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
                machine.recordChanged(record, at: start)
                places[host] = machine.board.find(record.uuid)
            }
        }

        private func observation(changed: [ObservedHeartbeat] = []) -> BackendObservation {
            var observation = BackendObservation(epoch: "", daemons: [], changed: changed, head: nil)
            for service in away { observation.unseen.insert(service) }
            return observation
        }

        /// Another daemon heard them.
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
                machine.ticked(at: now, wall: Timestamp(microseconds: now.nanoseconds / 1_000))
                if now >= nextLook {
                    nextLook = now + .seconds(1)
                    machine.observed(observation(), began: now, at: now)
                    machine.flushEnded(isWhole: away.isEmpty, at: now)
                }
                while machine.advance(to: now, limit: 16) {}
                while machine.continueSweep(limit: 16, at: now) {}
                let taken = machine.takeDue(passBegan: now, count: machine.dueCount, limit: .max)
                while machine.lookAtBrake(limit: 16, at: now) {}
                machine.looked(at: taken.due, observation(), began: now, at: now)
                machine.judge(taken.due[...], passBegan: now, at: now)
                events += machine.takeEvents()
            }
        }

        func verdict(_ host: String) -> Verdict? { places[host].map(machine.verdict(of:)) }

        mutating func lose(_ hosts: String...) { away = Set(hosts.compactMap { places[$0] }) }
    }

    private let lost = Verdict(.unknown, .backendLost, lastState: .up)

    @Test("who belongs to a part that is away is unknown, and who does not is judged as ever")
    func judged() {
        var parts = Parts(["h1", "h2", "h3"])
        parts.hear("h1", "h2", "h3", sequence: 1)
        parts.lose("h1")
        for sequence: UInt64 in 2...8 {
            parts.run(.seconds(10))
            parts.hear("h3", sequence: sequence)
        }
        #expect(parts.verdict("h1") == lost)
        #expect(parts.verdict("h2") == missed)
        #expect(parts.verdict("h3") == up)
        #expect(parts.machine.isBackendLost && !parts.machine.isWholeBackendLost)
        #expect(parts.machine.backendLostSince != nil)
        #expect(parts.events == [.degraded(.backendLost)])
        let texts = parts.machine.explanation(of: parts.places["h1"] ?? 0, at: parts.now)?.evidence.map(\.fact) ?? []
        #expect(texts.contains("backend_lost"))
    }

    @Test(
        "when the part answers again those who live are seen within an interval and a half, and the dead are down then"
    )
    func regained() {
        var parts = Parts(["h1", "h2"])
        parts.hear("h1", "h2", sequence: 1)
        parts.lose("h1", "h2")
        parts.run(.seconds(100))
        parts.lose()
        parts.run(.seconds(12))
        #expect(parts.verdict("h1") == lost && parts.verdict("h2") == lost)
        parts.hear("h1", sequence: 2)
        parts.run(.seconds(6))
        #expect(parts.verdict("h1") == up)
        #expect(parts.verdict("h2") == missed)
        #expect(!parts.machine.isBackendLost)
        #expect(parts.events == [.degraded(.backendLost), .recovered(.backendLost)])
    }

    @Test("of two parts that are away each is judged when it is back itself")
    func oneByOne() {
        var parts = Parts(["h1", "h2"])
        parts.hear("h1", "h2", sequence: 1)
        parts.lose("h1", "h2")
        parts.run(.seconds(70))
        parts.lose("h2")
        parts.run(.seconds(20))
        #expect(parts.verdict("h1") == missed)
        #expect(parts.verdict("h2") == lost)
    }

    @Test("a part that is away for less than three observations makes nobody unknown, and meanwhile nobody of it down")
    func blink() {
        var parts = Parts(["h1"])
        parts.hear("h1", sequence: 1)
        parts.run(.milliseconds(59_000))
        parts.lose("h1")
        parts.run(.milliseconds(2_500))
        #expect(parts.verdict("h1") == up)
        #expect(!parts.machine.isBackendLost)
        parts.lose()
        parts.run(.milliseconds(1_500))
        #expect(parts.verdict("h1") == missed)
        #expect(parts.events.isEmpty)
    }

    @Test("the silence of a part that is away engages no brake")
    func brake() {
        let hosts = (0..<20).map { "h\($0)" }
        var parts = Parts(hosts + ["other"])
        for host in hosts + ["other"] { parts.hear(host, sequence: 1) }
        parts.away = Set(hosts.compactMap { parts.places[$0] })
        parts.run(.seconds(70))
        #expect(parts.verdict("h7") == lost)
        #expect(parts.verdict("other") == missed)
        #expect(parts.machine.brakes.held.isEmpty)
        parts.away = []
        parts.run(.seconds(11))
        #expect(parts.machine.brakes.held.isEmpty)
    }

    @Test("renewals that a part did not take are flushed again when it answers")
    func unwritten() {
        var parts = Parts(["h1", "h2"])
        parts.hear("h1", "h2", sequence: 1)
        var set = ServiceSet()
        set.insert(parts.places["h2"] ?? 0)
        parts.machine.flushedWithout(set)
        #expect(parts.machine.dirtyCount == 0)
        while parts.machine.flushUnwrittenAgain(limit: 1) {}
        var pending = parts.machine.beginFlush(at: parts.now)
        parts.machine.fill(&pending, limit: 10)
        #expect(pending.services == [parts.places["h2"]])
        let isMore = parts.machine.flushUnwrittenAgain(limit: 1)
        #expect(!isMore)
    }

    @Test("a daemon that stands still does not take the time for a part's absence")
    func stopped() {
        var parts = Parts(["h1"])
        parts.hear("h1", sequence: 1)
        parts.run(.seconds(1))
        parts.lose("h1")
        parts.run(.seconds(1))
        parts.now = parts.now + .seconds(30)
        parts.lose()
        parts.run(.milliseconds(50))
        #expect(!parts.events.contains(.degraded(.backendLost)))
    }

    @Test("a set of services holds what was put in, and nothing else", arguments: [1, 2, 3])
    func serviceSet(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var model: Set<UInt32> = []
        var set = ServiceSet()
        for _ in 0..<500 {
            let service = UInt32.random(in: 0..<2_000, using: &random)
            model.insert(service)
            set.insert(service)
        }
        #expect((0..<3_000).allSatisfy { set.contains($0) == model.contains($0) } && set.count == model.count)
        var other = ServiceSet()
        let gone = model.filter { _ in Bool.random(using: &random) }
        for service in gone { other.insert(service) }
        let left = set.subtracting(other)
        #expect((0..<3_000).allSatisfy { left.contains($0) == model.subtracting(gone).contains($0) })
        #expect(set.subtracting(set) == ServiceSet() && set.subtracting(set).isEmpty)
        var both = left
        both.formUnion(other)
        #expect(both == set)
        var taken: Set<UInt32> = []
        while !both.isEmpty { taken.formUnion(both.popLast(words: 2)) }
        #expect(taken == model)
    }
}
