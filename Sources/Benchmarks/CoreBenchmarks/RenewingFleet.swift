import LivenessCore
import RollcallServer
import Synchronization

/// A million services that beat round after round; made once and shared by the benchmarks that need it.
struct RenewingFleet: Sendable {
    static let shared = Shared()

    let count = 1_000_000
    private var fleet: Fleet
    private var batches: [HeartbeatBatch]
    private var now: Instant
    private var sequence: UInt64 = 1
    private var outcomes: [HeartbeatOutcome] = []

    init() {
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
        fleet.flush(at: now)
        now = now + .milliseconds(10)
        fleet.sound(at: now)
    }

    mutating func renewAll() {
        for batch in batches {
            outcomes.removeAll(keepingCapacity: true)
            fleet.receive(batch, at: now, &outcomes)
        }
    }

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

    mutating func decodeAndRenew(_ bodies: [[UInt8]]) {
        for body in bodies {
            outcomes.removeAll(keepingCapacity: true)
            guard var call = try? HeartbeatScanner.scan(body) else { continue }
            call.batch.seal(fleet.machine.board.hasher)
            fleet.receive(call.batch, at: now, &outcomes)
        }
    }

    final class Shared: Sendable {
        private let fleet = Mutex<RenewingFleet?>(nil)

        func take() -> RenewingFleet {
            fleet.withLock { fleet in
                defer { fleet = nil }
                return fleet ?? RenewingFleet()
            }
        }

        func give(_ used: RenewingFleet) {
            fleet.withLock { $0 = used }
        }
    }
}
