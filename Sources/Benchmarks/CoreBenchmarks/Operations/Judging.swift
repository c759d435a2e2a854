import LivenessCore

/// A part of the fleet falls silent at once: the wheel hands them out and they are judged, in slices of 16 as in the
/// daemon.
struct Judging: Operation {
    /// To let a fleet fall silent takes longer than all that is measured of it.
    static let rounds = 7

    private static let slice = 16

    private var silent: SilentFleet
    /// Readers hold the board as it was, so that what changes is copied, as in life.
    private var published: Board
    private var table: ReferenceTable
    private let services: Int
    private let count: Int
    private(set) var flaw: String?

    init(services: Int, silent count: Int) {
        self.services = services
        self.count = count
        silent = SilentFleet(count: services, silent: count)
        published = silent.fleet.machine.board
        table = ReferenceTable(count: services)
    }

    mutating func prepare() {
        silent = SilentFleet(count: services, silent: count)
        published = silent.fleet.machine.board
    }

    mutating func run() -> Int {
        while silent.fleet.machine.advance(to: silent.deadline, limit: Self.slice) {}
        let due = silent.fleet.machine.dueCount
        var left = due
        while left > 0 {
            left = silent.fleet.machine.judge(
                passBegan: silent.deadline,
                count: left,
                limit: Self.slice,
                at: silent.deadline
            )
        }
        let judged = Int(silent.fleet.machine.counters.judgedDown)
        if due != count || judged != count { flaw = "\(due) were due and \(judged) judged down, not \(count)" }
        return count
    }

    mutating func reference() -> Int { table.renewAll() }
}
