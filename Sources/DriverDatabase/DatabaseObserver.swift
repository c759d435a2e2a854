import LivenessCore

/// The reading half: a poll by counter, and rows on demand.
struct DatabaseObserver: LivenessObserver {
    var position: TablePosition

    func observe() async throws(DriverError) -> BackendObservation {
        try await position.observe()
    }

    func look(at serviceIDs: [Int64]) async throws(DriverError) -> BackendObservation {
        try await position.look(at: serviceIDs)
    }

    func loaded(_ daemons: [DaemonRecord]) { position.loaded(daemons) }
}
