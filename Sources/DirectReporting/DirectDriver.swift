package import DriverCompany
import DriverMemcached
import DriverZooKeeper
import LivenessCore
import MemcachedClient
package import RollcallClient
package import RollcallWire
import ZooKeeperClient

/// The back end that an agent tells itself that its service lives, and where it is.
package enum DirectDriver: Hashable, Sendable {
    /// Servers as `HOST:PORT`, the node below which services are kept, and `USER:PASSWORD` where there is one.
    case zooKeeper(hosts: [ServerAddress], prefix: String, sessionTimeout: Duration, digest: String?)
    /// Servers in the order that every daemon has them in.
    case memcached(servers: [ServerAddress], namespace: String)

    /// What tells the back end of the service, which states its incarnation.
    ///
    /// - Throws: When the client cannot use one of the servers.
    package func reporter(of service: WireHeartbeat) throws -> any DirectReporter {
        let name = LivenessCore.ServiceName(host: service.host, binary: service.binary)
        let topic = service.topic ?? NameRule.defaultTopic(binary: service.binary)
        let worker = service.worker ?? ""
        let incarnation = service.incarnation ?? ""
        let version = Int32(clamping: service.version ?? 0)
        switch self {
        case .zooKeeper(let hosts, let prefix, let sessionTimeout, let digest):
            let ensemble = ZooKeeperConfiguration(
                hosts: hosts.map(\.text),
                sessionTimeout: sessionTimeout,
                digest: digest
            )
            let node = DirectNode(
                ensemble,
                prefix: prefix,
                name: name,
                topic: topic,
                worker: worker,
                incarnation: incarnation
            )
            // The client notices a lost connection after two thirds of the timeout.
            return ZooKeeperDirect(node: node, version: version, pace: sessionTimeout / 8)
        case .memcached(let servers, let namespace):
            let key = try DirectKey(
                servers.map { MemcachedAddress(host: $0.host, port: $0.port) },
                namespace: namespace,
                name: name,
                worker: worker,
                incarnation: incarnation
            )
            return MemcachedDirect(key: key, version: version)
        }
    }
}

/// What a daemon answered last: with which interval the service is to report, and how long it may be silent.
struct Terms: Sendable {
    var reportInterval = Duration.seconds(10)
    var downTime = Duration.seconds(60)

    /// Seconds that a daemon said, within what there may be.
    private static func duration(_ seconds: Double, atLeast least: Double) -> Duration {
        .seconds(seconds.isFinite ? min(max(seconds, least), 86_400) : least)
    }

    mutating func take(_ entry: HeartbeatEntry) {
        reportInterval = Self.duration(entry.reportInterval, atLeast: 0.05)
        if let deadline = entry.deadlineIn {
            downTime = max(Self.duration(deadline, atLeast: 0), reportInterval * 5 / 2)
        }
    }
}
