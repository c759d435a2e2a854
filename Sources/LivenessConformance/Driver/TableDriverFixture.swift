package import LivenessCore
import LivenessTesting

/// Drivers over the heartbeats of one store, whose faults are made in between.
package struct TableDriverFixture: DriverFixture {
    package let records: any StoreFixture
    private let table: SwitchableTable
    private let makeDriver: @Sendable (any HeartbeatTable, String) -> any LivenessDriver

    package init(
        _ records: any StoreFixture,
        makeDriver: @escaping @Sendable (any HeartbeatTable, String) -> any LivenessDriver
    ) {
        self.records = records
        self.makeDriver = makeDriver
        table = SwitchableTable(records.store)
    }

    package var claims: Set<DriverClaim> { [.heartbeatsInTheRecords] }

    package func driver(of daemon: String) -> any LivenessDriver { makeDriver(table, daemon) }

    package func setAway(_ isAway: Bool) {
        table.setOutage(isAway ? StoreError(.unavailable, "away") : nil)
    }

    package func damageTable(_ error: StoreError?) { table.setOutage(error) }

    package func rewindTable(_ daemon: String, to count: Int64?) { table.rewind(daemon, to: count) }
}
