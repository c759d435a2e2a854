import DriverCompany
package import LivenessCore
package import ZooKeeperClient

/// Liveness by ephemeral nodes in ZooKeeper: while a service is heard its node stands, and a heartbeat writes nothing.
///
/// Every daemon keeps the nodes of those whom it hears itself, and watches those of the others. Its sessions last while
/// its process does, hung or not; so what counts is its beat, which moves with every flush.
package struct ZooKeeperDriver: LivenessDriver {
    package let guarantees: DriverGuarantees
    package let reporter: any LivenessReporter
    package let observer: any LivenessObserver
    private let daemons: DaemonTable

    /// What the driver is made of.
    package struct Configuration: Sendable {
        package var ensemble: ZooKeeperConfiguration
        /// An absolute path, without a slash at its end.
        package var prefix: String
        /// This daemon's id.
        package var daemon: String
        package var release: Int32
        /// Whether other daemons share the database.
        package var isShared: Bool
        /// The paths that live with one session, in bytes: the server removes all of them in one transaction, which names
        /// them and has to fit its 1 MiB (`jute.maxbuffer`).
        package var mostBytes = 400_000

        package init(
            ensemble: ZooKeeperConfiguration,
            prefix: String,
            daemon: String,
            release: Int32,
            isShared: Bool
        ) {
            self.ensemble = ensemble
            self.prefix = prefix
            self.daemon = daemon
            self.release = release
            self.isShared = isShared
        }
    }

    /// - Parameters:
    ///   - configuration: Where the ensemble is.
    ///   - table: Where the daemons have their rows.
    ///   - downTimes: What sessions must not outlast.
    package init(_ configuration: Configuration, table: any HeartbeatTable, downTimes: DownTimes) {
        let tree = Tree(prefix: configuration.prefix)
        let membership = Membership(daemon: configuration.daemon)
        daemons = DaemonTable(table: table, daemon: configuration.daemon)
        reporter = ZooKeeperReporter(
            configuration.ensemble,
            tree: tree,
            membership: membership,
            daemons: daemons,
            daemon: configuration.daemon,
            mostBytes: configuration.mostBytes,
            release: configuration.release,
            downTimes: downTimes
        )
        observer = ZooKeeperObserver(
            configuration.ensemble,
            tree: tree,
            membership: membership,
            daemons: daemons,
            daemon: configuration.daemon
        )
        guarantees = Self.guarantees(
            isShared: configuration.isShared,
            sessionTimeout: configuration.ensemble.sessionTimeout
        )
    }

    package func run() async { await daemons.run() }

    /// What it promises, where other daemons share the database (`isShared`) and where not.
    package static func guarantees(isShared: Bool, sessionTimeout: Duration) -> DriverGuarantees {
        DriverGuarantees(
            name: "zookeeper",
            granularity: .milliseconds(1),
            notice: .pushes,
            isPersistent: false,
            mayEvict: false,
            isShared: isShared,
            clock: .ours,
            typicalDetection: isShared ? .milliseconds(500) : .milliseconds(250),
            leastDownTime: { report, flush, observe in
                // A daemon that was killed leaves its nodes behind for as long as its sessions last.
                max(isShared ? report + flush + observe * 2 : report + flush, sessionTimeout + .milliseconds(1))
            }
        )
    }
}
