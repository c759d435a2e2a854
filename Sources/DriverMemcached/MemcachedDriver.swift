import DriverCompany
package import LivenessCore
package import MemcachedClient

/// Liveness by keys with a time to live in memcached: a heartbeat is a key set anew, and costs the database nothing.
///
/// A key that is missing proves nothing by itself: what counts is when a value was last seen to change, on our clock.
/// The servers are memory and nothing else: a canary on each shows when one was emptied, and its count of evictions
/// when one drops what it should keep. Who else is there stands in the table of daemons, which every flush touches; how
/// far the others have flushed, on the servers themselves. One of several servers that does not answer makes the services
/// unknown whose keys are there, and nobody else.
package struct MemcachedDriver: LivenessDriver {
    package let guarantees: DriverGuarantees
    package let reporter: any LivenessReporter
    package let observer: any LivenessObserver
    private let daemons: DaemonTable
    private let fleet: MemcachedFleet

    /// What the driver is made of.
    package struct Configuration: Sendable {
        /// In the order that every daemon has them in, at least one.
        package var servers: [MemcachedAddress]
        package var namespace: String
        /// This daemon's id.
        package var daemon: String
        /// Whether other daemons share the database.
        package var isShared: Bool

        package init(servers: [MemcachedAddress], namespace: String, daemon: String, isShared: Bool) {
            self.servers = servers
            self.namespace = namespace
            self.daemon = daemon
            self.isShared = isShared
        }
    }

    /// - Parameters:
    ///   - configuration: Where the servers are.
    ///   - table: Where the daemons have their rows.
    ///   - downTimes: How long a key must outlast its service's heartbeats.
    /// - Throws: When the library cannot use one of the servers.
    package init(
        _ configuration: Configuration,
        table: any HeartbeatTable,
        downTimes: DownTimes
    ) throws(MemcachedError) {
        fleet = try MemcachedFleet(configuration.servers)
        daemons = DaemonTable(table: table, daemon: configuration.daemon)
        let names = ServiceNames(keys: MemcachedKey(namespace: configuration.namespace))
        let counts = FlushCounts(fleet: fleet, servers: configuration.servers, names: names)
        reporter = MemcachedReporter(
            fleet: fleet,
            counts: counts,
            daemons: daemons,
            names: names,
            downTimes: downTimes,
            daemon: configuration.daemon
        )
        observer = MemcachedObserver(
            fleet: fleet,
            counts: counts,
            daemons: daemons,
            names: names,
            daemon: configuration.daemon
        )
        guarantees = Self.guarantees(isShared: configuration.isShared)
    }

    package func run() async {
        await withTaskGroup(of: Void.self) { [daemons, fleet] group in
            group.addTask { await daemons.run() }
            group.addTask { await fleet.tend() }
        }
    }

    /// What it promises, where other daemons share the database (`isShared`) and where not.
    package static func guarantees(isShared: Bool) -> DriverGuarantees {
        DriverGuarantees(
            name: "memcached",
            granularity: .seconds(1),
            notice: .polls,
            isPersistent: false,
            mayEvict: true,
            isShared: isShared,
            clock: .ours,
            typicalDetection: isShared ? .milliseconds(500) : .milliseconds(250),
            leastDownTime: { report, flush, observe in
                // The servers' clocks tick once a second.
                (isShared ? report + flush + observe * 2 : report + flush) + .seconds(3)
            }
        )
    }
}
