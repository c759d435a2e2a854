import DriverCompany
import DriverDatabase
import DriverMemcached
import DriverZooKeeper
import LivenessCore
import LivenessEngine
import MemcachedClient
import ZooKeeperClient

/// Makes the liveness drivers that the settings name.
enum DriverFactory {
    /// What a driver promises with these settings.
    static func guarantees(of driver: DriverName, _ settings: Settings) -> DriverGuarantees {
        let isShared = settings.database.isShared
        return switch driver {
        case .database: DatabaseDriver.guarantees(isShared: isShared)
        case .zookeeper:
            ZooKeeperDriver.guarantees(isShared: isShared, sessionTimeout: settings.zookeeper.sessionTimeout)
        case .memcached: MemcachedDriver.guarantees(isShared: isShared)
        }
    }

    static func make(
        _ driver: DriverName,
        _ settings: Settings,
        over store: any RecordStore,
        _ downTimes: DownTimes
    ) throws -> any LivenessDriver {
        let isShared = settings.database.isShared
        switch driver {
        case .database: return DatabaseDriver(table: store, daemon: settings.daemon.id, isShared: isShared)
        case .zookeeper:
            let ensemble = ZooKeeperConfiguration(
                hosts: settings.zookeeper.hosts,
                sessionTimeout: settings.zookeeper.sessionTimeout,
                digest: try settings.zookeeper.digestFile.map { try FirstLine.read($0, "zookeeper.digest_file") }
            )
            let configuration = ZooKeeperDriver.Configuration(
                ensemble: ensemble,
                prefix: settings.zookeeper.prefix,
                daemon: settings.daemon.id,
                release: Release.number,
                isShared: isShared
            )
            return ZooKeeperDriver(configuration, table: store, downTimes: downTimes)
        case .memcached:
            let configuration = MemcachedDriver.Configuration(
                servers: settings.memcached.servers.compactMap(ServerAddress.init)
                    .map { MemcachedAddress(host: $0.host, port: $0.port) },
                namespace: settings.memcached.namespace,
                daemon: settings.daemon.id,
                isShared: isShared
            )
            return try MemcachedDriver(configuration, table: store, downTimes: downTimes)
        }
    }
}
