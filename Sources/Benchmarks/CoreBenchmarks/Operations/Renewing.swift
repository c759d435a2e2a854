import LivenessCore

/// Every service beats once, as it did the round before.
struct Renewing: Operation {
    private var fleet: RenewingFleet
    private var table: ReferenceTable
    private let services: Int
    private(set) var flaw: String?

    init(services: Int) {
        self.services = services
        fleet = RenewingFleet(count: services)
        table = ReferenceTable(count: services)
    }

    mutating func prepare() { fleet.nextRound() }

    mutating func run() -> Int {
        let before = fleet.renewed
        fleet.renewAll()
        if fleet.renewed - before != services { flaw = "\(fleet.renewed - before) were renewed, not \(services)" }
        return services
    }

    mutating func reference() -> Int { table.renewAll() }
}
