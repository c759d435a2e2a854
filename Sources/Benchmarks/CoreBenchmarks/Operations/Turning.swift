import LivenessCore

/// Time passes while everybody lives: most are looked at once, and filed under their next deadline.
///
/// A round is 10 s in which everybody beats, each in its own phase, and then 40 s that are measured; the down time is
/// 60 s.
struct Turning: Operation {
    private static let phases = 200
    private static let ticks = 800

    private var fleet: Fleet
    private var batches: [[HeartbeatBatch]] = []
    private var table: ReferenceTable
    private var now = Instant(nanoseconds: 0)
    private var sequence: UInt64 = 1

    init(services: Int) {
        fleet = Fleet(count: services)
        table = ReferenceTable(count: services)
        let all = fleet.batches(sequence: sequence, size: services / Self.phases)
        batches = all.map { [$0] }
    }

    var flaw: String? { fleet.machine.dueCount == 0 ? nil : "\(fleet.machine.dueCount) who live were due" }

    mutating func prepare() {
        sequence += 1
        for phase in batches.indices {
            for entry in batches[phase][0].entries.indices { batches[phase][0].entries[entry].sequence = sequence }
            tick()
            fleet.beatAll(batches[phase], at: now)
        }
        _ = fleet.flush(at: now)
    }

    mutating func run() -> Int {
        for _ in 0..<Self.ticks { tick() }
        return fleet.count
    }

    mutating func reference() -> Int { table.sweepRows() }

    private mutating func tick() {
        now = now + DeadlineWheel.slotWidth
        fleet.sound(at: now)
        while fleet.machine.advance(to: now, limit: 1_000) {}
    }
}
