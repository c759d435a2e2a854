import LivenessCore

/// The reading half: a poll by counter, and rows on demand.
struct DatabaseObserver: LivenessObserver {
    var position: TablePosition

    func observe() async throws(DriverError) -> BackendObservation {
        try await position.observe()
    }

    func look(at services: [ServiceKey]) async throws(DriverError) -> BackendObservation {
        try await position.look(at: services.map(\.id))
    }

    func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board) { position.loaded(daemons) }
}
