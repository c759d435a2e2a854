import LivenessCore

/// The writing half: a flush is one transaction of the table.
struct DatabaseReporter: LivenessReporter {
    var position: TablePosition

    func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult {
        try await position.renew(flush)
    }

    /// Nothing to remove: what the back end holds is the record itself, and it already says that the service left or
    /// is deleted.
    func remove(_ services: [ServiceKey]) async throws(DriverError) {}
}
