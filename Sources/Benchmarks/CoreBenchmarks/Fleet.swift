import LivenessCore
import LivenessTesting

/// A machine with many services that are all up, and batches of heartbeats for them in random order.
struct Fleet {
    static let batchSize = 1_000

    var machine: LivenessMachine
    let count: Int
    private(set) var sequence: UInt64 = 1

    static func host(_ number: Int) -> String {
        "compute-\(number).cell1.example.org"
    }

    static func incarnation(_ number: Int) -> String {
        ServiceUUID(random: UInt64(number) &* 0x9E37_79B9_7F4A_7C15, UInt64(number) &* 0xBF58_476D_1CE4_E5B9)
            .description
    }

    static func heartbeat(_ number: Int, sequence: UInt64) -> Heartbeat {
        Heartbeat(
            host: host(number),
            binary: "nova-compute",
            topic: "compute",
            zone: "nova",
            version: 66,
            incarnation: incarnation(number),
            sequence: sequence,
            reportInterval: .seconds(10)
        )
    }

    init(count: Int) {
        self.count = count
        let start = Instant(nanoseconds: 0)
        machine = LivenessMachine(
            settings: LivenessSettings(),
            hasher: NameHasher(seed: 0x1234_5678_9ABC_DEF0, secret: 0x0FED_CBA9_8765_4321),
            at: start
        )
        let stamp = Timestamp(microseconds: 1_700_000_000_000_000)
        for first in stride(from: 0, to: count, by: 2_000) {
            let numbers = first..<min(first + 2_000, count)
            let page = LoadedPage(services: numbers.map { Self.record($0, stamp) }, incarnations: [])
            machine.loaded(page, newestStamp: stamp, at: start)
        }
        machine.began(at: start, wall: stamp)
    }

    private static func record(_ number: Int, _ stamp: Timestamp) -> ServiceRecord {
        var record = ServiceRecord(
            id: Int64(number + 1),
            uuid: ServiceUUID(random: UInt64(number) &* 0x94D0_49BB_1331_11EB, UInt64(number)),
            name: ServiceName(host: host(number), binary: "nova-compute"),
            topic: "compute",
            zone: "nova",
            createdAt: stamp
        )
        record.version = 66
        record.reportInterval = .seconds(10)
        record.recorded = RecordedState(state: .up, reason: .heartbeat, since: stamp, revision: Int64(number + 1))
        record.lastSeenUp = stamp
        record.isNeverHeard = false
        record.incarnation = incarnation(number)
        record.incarnationNumber = 1
        return record
    }

    /// Sealed batches, each service once, in random order.
    func batches(sequence: UInt64, size: Int = Self.batchSize) -> [HeartbeatBatch] {
        var random = SplitMix64(seed: 42)
        let order = (0..<count).shuffled(using: &random)
        return stride(from: 0, to: count, by: size).map { first in
            var batch = HeartbeatBatch()
            for number in order[first..<min(first + size, count)] {
                batch.append(Self.heartbeat(number, sequence: sequence))
            }
            batch.seal(machine.board.hasher)
            return batch
        }
    }

    /// Every service beats once at `now`.
    mutating func beatAll(_ batches: [HeartbeatBatch], at now: Instant) {
        var outcomes: [HeartbeatOutcome] = []
        for batch in batches {
            outcomes.removeAll(keepingCapacity: true)
            receive(batch, at: now, &outcomes)
        }
    }

    /// One batch, in the slices in which the engine holds its lock.
    mutating func receive(_ batch: HeartbeatBatch, at now: Instant, _ outcomes: inout [HeartbeatOutcome]) {
        for first in stride(from: 0, to: batch.count, by: 256) {
            let range = first..<min(first + 256, batch.count)
            machine.heartbeatsReceived(batch, range, at: now, outcomes: &outcomes)
        }
    }

    /// A tick, a complete observation and an empty flush: everything is sound.
    mutating func sound(at now: Instant) {
        machine.ticked(at: now, wall: Timestamp(microseconds: now.nanoseconds / 1_000))
        let nothing = BackendObservation(epoch: "", daemons: [], changed: [], head: nil)
        machine.observed(nothing, began: now, at: now)
        machine.flushEnded(at: now)
    }

    /// Empties the list of those to flush; answers how many there were.
    mutating func flush(at now: Instant) -> Int {
        var pending = machine.beginFlush(at: now)
        machine.fill(&pending, limit: .max / 2)
        return pending.count
    }
}
