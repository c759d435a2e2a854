/// The database driver's twin over an in-memory store: for tests and simulations.
///
/// It keeps to the same laws. An outage of the store is its outage; `sever` cuts this one driver off and leaves the
/// store to others.
package final class InMemoryDriver: LivenessDriver, LivenessReporter, LivenessObserver {
    private let position: TablePosition
    private let isSevered = Locked(false)

    package init(store: any HeartbeatTable, daemon: String) {
        position = TablePosition(table: store, daemon: daemon)
    }

    package var reporter: any LivenessReporter { self }
    package var observer: any LivenessObserver { self }

    package var guarantees: DriverGuarantees {
        DriverGuarantees(
            name: "memory",
            granularity: .microseconds(1),
            notice: .polls,
            isPersistent: true,
            mayEvict: false,
            isShared: true,
            clock: .ours,
            typicalDetection: .zero,
            leastDownTime: { report, flush, _ in report + flush }
        )
    }

    /// Cuts the driver off from its store, or joins them again.
    package func sever(_ isSevered: Bool) {
        self.isSevered.withLock { $0 = isSevered }
    }

    package func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult {
        try checkLink()
        return try await position.renew(flush)
    }

    package func remove(_ services: [ServiceKey]) async throws(DriverError) {
        try checkLink()
    }

    package func observe() async throws(DriverError) -> BackendObservation {
        try checkLink()
        return try await position.observe()
    }

    package func look(at services: [ServiceKey]) async throws(DriverError) -> BackendObservation {
        try checkLink()
        return try await position.look(at: services.map(\.id))
    }

    package func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board) { position.loaded(daemons) }

    private func checkLink() throws(DriverError) {
        guard !isSevered.withLock({ $0 }) else {
            throw DriverError(.lost, "the in-memory driver is cut off from its store")
        }
    }
}
