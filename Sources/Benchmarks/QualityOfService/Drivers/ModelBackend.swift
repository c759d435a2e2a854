import LivenessCore

/// What the daemons of one simulation share: the records' store, and the servers of the driver.
struct ModelBackend {
    let kind: DriverKind
    let clock = ModelClock()
    let store = InMemoryStore(logID: "simulated") { Timestamp(microseconds: 0) }
    private let ensemble = ModelEnsemble()
    private let memcached = ModelMemcached()

    init(_ kind: DriverKind) { self.kind = kind }

    /// The driver of one daemon; nil for the one that rests on the store's table, which needs no model.
    func driver(_ settings: LivenessSettings) -> (any LivenessDriver)? {
        switch kind {
        case .database: nil
        case .zooKeeper: ModelZooKeeperDriver(ensemble, store, clock, settings)
        case .memcached: ModelMemcachedDriver(memcached, store, clock, settings)
        }
    }
}
