import LivenessCore

/// A fleet that beats round after round, in random order and batches of a thousand.
struct RenewingFleet {
    private(set) var fleet: Fleet
    private(set) var batches: [HeartbeatBatch]
    private var now: Instant
    private var sequence: UInt64 = 1
    private var outcomes: [HeartbeatOutcome] = []

    init(count: Int) {
        fleet = Fleet(count: count)
        now = Instant(nanoseconds: 0) + .milliseconds(100)
        fleet.sound(at: now)
        batches = fleet.batches(sequence: sequence)
        fleet.beatAll(batches, at: now)
    }

    /// The next sequence for everybody, and everything flushed.
    mutating func nextRound() {
        sequence += 1
        for batch in batches.indices {
            for entry in batches[batch].entries.indices { batches[batch].entries[entry].sequence = sequence }
        }
        _ = fleet.flush(at: now)
        now = now + .milliseconds(10)
        fleet.sound(at: now)
    }

    mutating func renewAll() {
        for batch in batches {
            outcomes.removeAll(keepingCapacity: true)
            fleet.receive(batch, at: now, &outcomes)
        }
    }

    /// Puts everybody into a flush; answers how many it holds.
    mutating func flush() -> Int { fleet.flush(at: now) }

    /// How many renewals were counted so far.
    var renewed: Int { Int(fleet.machine.counters.renewed) }

    /// The bodies of the calls of the next round.
    mutating func bodies() -> [[UInt8]] {
        nextRound()
        return batches.map { batch in
            let entries = batch.entries.map { entry in
                "{\"host\":\"\(batch.text(entry.host) ?? "")\",\"binary\":\"nova-compute\",\"topic\":\"compute\","
                    + "\"zone\":\"nova\",\"version\":66,\"incarnation\":\"\(batch.text(entry.incarnation) ?? "")\","
                    + "\"sequence\":\(entry.sequence),\"report_interval\":10}"
            }
            return Array("{\"heartbeats\":[\(entries.joined(separator: ","))]}".utf8)
        }
    }
}
