package import LivenessCore

/// Liveness by heartbeats in the table of records: what every deployment has without a further service.
///
/// One batched write per flush, one poll by counter. The table is durable and evicts nothing; its clock is never
/// asked, for what counts is when we first saw a change.
package struct DatabaseDriver: LivenessDriver {
    package let guarantees: DriverGuarantees
    package let reporter: any LivenessReporter
    package let observer: any LivenessObserver

    /// - Parameters:
    ///   - table: The heartbeats, which a store keeps.
    ///   - daemon: This daemon's id.
    ///   - isShared: Whether other daemons write to the same table (never so on SQLite).
    package init(table: any HeartbeatTable, daemon: String, isShared: Bool) {
        let position = TablePosition(table: table, daemon: daemon)
        reporter = DatabaseReporter(position: position)
        observer = DatabaseObserver(position: position)
        guarantees = Self.guarantees(isShared: isShared)
    }

    /// What it promises, where other daemons write to the same table (`isShared`) and where not.
    package static func guarantees(isShared: Bool) -> DriverGuarantees {
        DriverGuarantees(
            name: "database",
            granularity: .microseconds(1),
            notice: .polls,
            isPersistent: true,
            mayEvict: false,
            isShared: isShared,
            clock: .ours,
            typicalDetection: isShared ? .milliseconds(500) : .milliseconds(250),
            leastDownTime: { report, flush, observe in
                // Among several daemons a heartbeat is seen by the others one poll after its flush, and a poll that
                // was just missed costs another.
                isShared ? report + flush + observe * 2 : report + flush
            }
        )
    }
}
