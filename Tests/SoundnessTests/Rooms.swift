/// Which room may import what.
///
/// The arrows point down: nothing imports what stands above it.
enum Rooms {
    /// What comes with the toolchain.
    ///
    /// The core may use none of it but `Synchronization`.
    private static let system: Set = [
        "Swift", "Synchronization", "Glibc", "Musl", "Darwin", "Dispatch", "Foundation", "FoundationEssentials",
    ]

    /// The concrete drivers and stores: named in two files of the daemon, and where agents tell
    /// a back end themselves.
    static let concrete: Set = [
        "StoreSQLite", "StoreMariaDB", "DriverDatabase", "DriverZooKeeper", "DriverMemcached",
    ]
    static let factories: Set = ["DriverFactory.swift", "StoreFactory.swift"]

    private static let clientLibrary: Set = ["BlockingCalls", "Logging"]

    /// By room, all that its files may import; `nil` for a room that is not in the house.
    static func allowed(in room: String) -> Set<String>? {
        switch room {
        case "LivenessCore": ["Swift", "Synchronization", "DequeModule"]
        case "LivenessEngine":
            ["Swift", "Synchronization", "Glibc", "Dispatch", "LivenessCore"]
                + ["DequeModule", "ServiceLifecycle", "Logging", "Metrics"]
        case "StoreSQL": system + ["LivenessCore"]
        case "StoreSQLite": system + ["LivenessCore", "StoreSQL", "GRDB", "GRDBSQLite"]
        case "StoreMariaDB": system + ["LivenessCore", "Logging", "StoreSQL", "MariaDBClient"]
        case "DriverDatabase": system + ["LivenessCore", "Logging"]
        case "DriverCompany": system + ["LivenessCore"]
        case "DriverZooKeeper": system + ["DriverCompany", "LivenessCore", "Logging", "ZooKeeperClient", "Crypto"]
        case "DriverMemcached": system + ["DriverCompany", "LivenessCore", "Logging", "MemcachedClient", "Crypto"]
        case "NovaImport": system + ["LivenessCore", "Logging", "MariaDBClient"]
        case "ToozGroups": system + ["ZooKeeperClient"]
        case "BlockingCalls": ["Swift", "Dispatch"]
        case "MariaDBClient": system + clientLibrary + ["CMariaDB"]
        case "ZooKeeperClient": system + clientLibrary + ["CZooKeeper"]
        case "MemcachedClient": system + clientLibrary + ["CMemcached"]
        case "Addresses": ["Swift", "Glibc"]
        case "RollcallWire": ["Swift", "FoundationEssentials"]
        case "HeartbeatDatagrams": ["Swift", "Crypto"]
        case "RollcallServer":
            system + [
                "Addresses", "HeartbeatDatagrams", "LivenessCore", "LivenessEngine", "RollcallWire", "Telemetry",
                "Logging",
                "Hummingbird",
            ]
                + ["HummingbirdCore", "HTTPTypes", "Metrics", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOHTTPTypes"]
                + ["Crypto", "NIOSSL", "NIOTLS", "ServiceLifecycle", "SwiftASN1", "X509"]
        case "RollcallClient":
            system + [
                "HeartbeatDatagrams", "RollcallWire", "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL",
            ]
        case "HeartbeatRelay":
            system + [
                "Addresses", "RollcallClient", "RollcallWire", "Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging",
            ]
                + ["NIOCore", "ServiceLifecycle"]
        case "Outbound":
            system + ["LivenessCore", "LivenessEngine", "AsyncHTTPClient", "Crypto", "Logging", "Metrics"]
                + ["NIOCore", "NIOHTTP1", "ServiceLifecycle"]
        case "Telemetry": system + ["Logging", "Metrics", "CoreMetrics"]
        case "Systemd": system + ["ServiceLifecycle"]
        case "RollcallDaemon":
            system + concrete + [
                "Addresses", "DriverCompany", "LivenessCore", "LivenessEngine", "MariaDBClient", "MemcachedClient",
                "NovaImport", "Outbound", "ToozGroups", "ZooKeeperClient",
            ]
                + ["RollcallClient", "RollcallServer", "RollcallWire", "Systemd", "Telemetry", "CAllocator"]
                + ["ArgumentParser", "Logging", "Metrics", "NIOCore", "NIOPosix", "ServiceLifecycle", "UnixSignals"]
                + ["Yams"]
        case "DirectReporting":
            system + ["DriverCompany", "DriverMemcached", "DriverZooKeeper", "LivenessCore", "MemcachedClient"]
                + ["RollcallClient", "RollcallWire", "ZooKeeperClient"]
        case "RollcallCommand":
            system + [
                "DirectReporting", "DriverCompany", "HeartbeatRelay", "RollcallClient", "RollcallWire", "Systemd",
                "ArgumentParser", "ServiceLifecycle",
            ]
                + ["Subprocess", "UnixSignals", "Yams"]
        case "rollcalld": ["RollcallDaemon"]
        case "rollcall": ["RollcallCommand"]
        case "LivenessTesting": system + ["LivenessCore"]
        case "LivenessConformance": system + ["LivenessCore", "LivenessTesting", "Testing"]
        case "ServerFixtures": system + ["Testing", "Subprocess"]
        default: nil
        }
    }

    /// What measures the rooms stands beside the house and may look into all of them.
    static let outside: Set = ["Benchmarks"]

    /// Of three lines, and as many for a comment.
    static let executables: Set = ["rollcalld", "rollcall"]
    static let maximumExecutableLines = 12
}

extension Set {
    fileprivate static func + (one: Set, other: Set) -> Set { one.union(other) }
}
