import LivenessCore

/// Everybody who was heard goes into a flush, as the driver is to write it.
struct Flushing: Operation {
    private var fleet: RenewingFleet
    private var table: ReferenceTable
    private let services: Int
    private(set) var flaw: String?

    init(services: Int) {
        self.services = services
        fleet = RenewingFleet(count: services)
        table = ReferenceTable(count: services)
    }

    mutating func prepare() {
        fleet.nextRound()
        fleet.renewAll()
    }

    mutating func run() -> Int {
        let flushed = fleet.flush()
        if flushed != services { flaw = "\(flushed) were flushed, not \(services)" }
        return services
    }

    mutating func reference() -> Int { table.renewAll() }
}
