import LivenessCore

/// A fleet of which some fell silent at one instant, while the others beat every 10 s, each in its own phase: so when
/// the silent are due, few of the living are looked at with them, as in life.
struct SilentFleet {
    var fleet: Fleet
    let deadline: Instant

    private static let tick: Duration = .milliseconds(50)
    /// Ticks of a report_interval.
    private static let phases = 200
    /// The tick at which the silent are heard for the last time; their down time is 1,200 ticks.
    private static let lastHeard = 1_100

    init(count: Int, silent: Int) {
        var fleet = Fleet(count: count)
        let batches = fleet.batches(sequence: 1)
        let silentBatches = silent / Fleet.batchSize
        var rounds: [UInt64: [HeartbeatBatch]] = [:]
        var now = Instant(nanoseconds: 0)
        for tick in 1...(Self.lastHeard + 1_199) {
            now = now + Self.tick
            fleet.sound(at: now)
            while fleet.machine.advance(to: now, limit: 1_000) {}
            // Each phase only as often as it is needed to keep everybody up: at ticks 1,000 and 2,000.
            let round = UInt64(tick / 1_000)
            if round > 0, tick % 1_000 < Self.phases {
                let all = rounds[round] ?? fleet.batches(sequence: round + 1)
                rounds = [round: all]
                let first = silentBatches + tick % 1_000
                for batch in stride(from: first, to: all.count, by: Self.phases) {
                    fleet.beatAll([all[batch]], at: now)
                }
            }
            if tick == Self.lastHeard { fleet.beatAll(Array(batches.prefix(silentBatches)), at: now) }
        }
        deadline = now + Self.tick * 2
        fleet.sound(at: deadline)
        self.fleet = fleet
    }
}
