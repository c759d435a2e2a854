import LivenessCore

/// Changes at random places of a board of which a snapshot is held, and the next snapshot.
struct Publishing: Operation {
    private var fleet: PublishingFleet

    init(services: Int, slices: Int) {
        fleet = PublishingFleet(count: services, slices: slices)
    }

    func prepare() {}

    mutating func run() -> Int { fleet.publish() }

    mutating func reference() -> Int { fleet.copyPages() }
}
