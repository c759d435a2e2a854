import DriverDatabase
import DriverMemcached
import LivenessCore

/// Makes the liveness driver that the settings name.
enum DriverFactory {
    /// What the driver that the settings name promises.
    static func guarantees(_ settings: Settings) -> DriverGuarantees {
        let isShared = settings.database.isShared
        // The third is refused when the settings are read.
        return settings.liveness.driver == .memcached
            ? MemcachedDriver.guarantees(isShared: isShared) : DatabaseDriver.guarantees(isShared: isShared)
    }

    static func make(
        _ settings: Settings,
        over store: any RecordStore,
        _ downTimes: DownTimes
    ) throws -> any LivenessDriver {
        let isShared = settings.database.isShared
        guard settings.liveness.driver == .memcached else {
            return DatabaseDriver(table: store, daemon: settings.daemon.id, isShared: isShared)
        }
        let configuration = MemcachedDriver.Configuration(
            servers: settings.memcached.servers.compactMap(MemcachedName.address),
            namespace: settings.memcached.namespace,
            daemon: settings.daemon.id,
            isShared: isShared
        )
        return try MemcachedDriver(configuration, table: store, downTimes: downTimes)
    }
}
