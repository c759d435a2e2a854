// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "rollcall",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "rollcalld", targets: ["rollcalld"]),
        .executable(name: "rollcall", targets: ["rollcall"]),
        .library(name: "RollcallWire", targets: ["RollcallWire"]),
        .library(name: "RollcallClient", targets: ["RollcallClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.19.4"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // MARK: The core and what carries it out

        .target(
            name: "LivenessCore",
            dependencies: [.product(name: "DequeModule", package: "swift-collections")]
        ),
        .target(
            name: "LivenessEngine",
            dependencies: [
                "LivenessCore",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),

        // MARK: Stores and drivers

        .target(name: "StoreSQL", dependencies: ["LivenessCore"]),
        .target(
            name: "StoreSQLite",
            dependencies: [
                "LivenessCore",
                "StoreSQL",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            resources: [.embedInCode("Migrations")]
        ),
        .target(
            name: "StoreMariaDB",
            dependencies: ["LivenessCore", "MariaDBClient", "StoreSQL"],
            resources: [.embedInCode("Migrations")]
        ),
        .target(name: "NovaImport", dependencies: ["LivenessCore", "MariaDBClient"]),
        .target(name: "ToozGroups", dependencies: ["ZooKeeperClient"]),
        .target(
            name: "DriverDatabase",
            dependencies: ["LivenessCore"]
        ),
        .target(
            name: "DriverCompany",
            dependencies: ["LivenessCore"]
        ),
        .target(
            name: "DriverZooKeeper",
            dependencies: [
                "DriverCompany",
                "LivenessCore",
                "ZooKeeperClient",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "DriverMemcached",
            dependencies: [
                "DriverCompany",
                "LivenessCore",
                "MemcachedClient",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),

        // MARK: C libraries made safe

        .systemLibrary(
            name: "CMariaDB",
            pkgConfig: "libmariadb",
            providers: [.apt(["libmariadb-dev"])]
        ),
        .systemLibrary(name: "CAllocator"),
        .systemLibrary(name: "CMemcached", providers: [.apt(["libmemcached-dev"])]),
        .systemLibrary(name: "CZooKeeper", providers: [.apt(["libzookeeper-mt-dev"])]),
        .target(name: "BlockingCalls", swiftSettings: [.strictMemorySafety()]),
        .target(
            name: "MariaDBClient",
            dependencies: ["BlockingCalls", "CMariaDB"],
            swiftSettings: [.strictMemorySafety()]
        ),
        .target(
            name: "MemcachedClient",
            dependencies: ["BlockingCalls", "CMemcached"],
            swiftSettings: [.strictMemorySafety()]
        ),

        .target(
            name: "ZooKeeperClient",
            dependencies: ["CZooKeeper"],
            swiftSettings: [.strictMemorySafety()]
        ),

        // MARK: HTTP, in and out

        .target(name: "RollcallWire"),
        .target(name: "Addresses"),
        .target(
            name: "HeartbeatDatagrams",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")]
        ),
        .target(
            name: "RollcallServer",
            dependencies: [
                "Addresses",
                "HeartbeatDatagrams",
                "LivenessCore",
                "LivenessEngine",
                "RollcallWire",
                "Telemetry",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            resources: [.embedInCode("Resources"), .embedInCode("Page/Assets")]
        ),
        .target(
            name: "RollcallClient",
            dependencies: [
                "HeartbeatDatagrams",
                "RollcallWire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),

        .target(
            name: "Outbound",
            dependencies: [
                "LivenessCore",
                "LivenessEngine",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),

        .target(
            name: "HeartbeatRelay",
            dependencies: [
                "Addresses",
                "RollcallClient",
                "RollcallWire",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),

        // MARK: Beside

        .target(
            name: "Telemetry",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ]
        ),
        .target(
            name: "Systemd",
            dependencies: [
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
            ]
        ),

        // MARK: Composition roots and executables

        .target(
            name: "RollcallDaemon",
            dependencies: [
                "Addresses",
                "CAllocator",
                "DriverDatabase",
                "DriverMemcached",
                "DriverCompany",
                "DriverZooKeeper",
                "ZooKeeperClient",
                "LivenessCore",
                "LivenessEngine",
                "MariaDBClient",
                "MemcachedClient",
                "NovaImport",
                "Outbound",
                "RollcallClient",
                "RollcallServer",
                "RollcallWire",
                "StoreMariaDB",
                "StoreSQLite",
                "Systemd",
                "Telemetry",
                "ToozGroups",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .target(
            name: "DirectReporting",
            dependencies: [
                "DriverCompany", "DriverMemcached", "DriverZooKeeper", "LivenessCore", "MemcachedClient",
                "RollcallClient", "RollcallWire", "ZooKeeperClient",
            ]
        ),
        .target(
            name: "RollcallCommand",
            dependencies: [
                "DirectReporting",
                "DriverCompany",
                "HeartbeatRelay",
                "RollcallClient",
                "RollcallWire",
                "Systemd",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .executableTarget(name: "rollcalld", dependencies: ["RollcallDaemon"]),
        .executableTarget(name: "rollcall", dependencies: ["RollcallCommand"]),

        // MARK: For tests

        .target(name: "LivenessTesting", dependencies: ["LivenessCore"]),
        .target(name: "LivenessConformance", dependencies: ["LivenessCore", "LivenessTesting"]),
        .target(name: "ServerFixtures"),

        // MARK: Measurements

        .target(name: "AllocationCount", path: "Sources/Benchmarks/AllocationCount"),
        .executableTarget(
            name: "core-benchmarks",
            dependencies: ["AllocationCount", "LivenessCore", "LivenessTesting", "RollcallServer"],
            path: "Sources/Benchmarks/CoreBenchmarks"
        ),

        .executableTarget(
            name: "fleet-simulation",
            dependencies: ["LivenessTesting"],
            path: "Sources/Benchmarks/FleetSimulation"
        ),

        .target(
            name: "QualityOfService",
            dependencies: ["DriverCompany", "LivenessCore", "LivenessTesting", "RollcallClient", "RollcallWire"],
            path: "Sources/Benchmarks/QualityOfService"
        ),
        .executableTarget(
            name: "quality-of-service",
            dependencies: ["QualityOfService"],
            path: "Sources/Benchmarks/QualityOfServiceTables"
        ),

        .executableTarget(name: "rollcall-floor", path: "Sources/Benchmarks/Floor"),
        .executableTarget(
            name: "rollcall-load",
            dependencies: [
                "DirectReporting",
                "DriverCompany",
                "HeartbeatDatagrams",
                "rollcall-floor",
                "RollcallClient",
                "RollcallWire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/Benchmarks/Load"
        ),

        // MARK: Tests

        .testTarget(name: "HeartbeatDatagramsTests", dependencies: ["HeartbeatDatagrams"]),
        .testTarget(name: "LivenessCoreTests", dependencies: ["LivenessCore", "LivenessTesting"]),
        .testTarget(name: "SimulationTests", dependencies: ["LivenessCore", "LivenessTesting", "QualityOfService"]),
        .testTarget(name: "LivenessConformanceTests", dependencies: ["LivenessConformance", "LivenessCore"]),
        .testTarget(
            name: "LivenessEngineTests",
            dependencies: [
                "LivenessCore",
                "LivenessEngine",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "DriverDatabaseTests",
            dependencies: ["DriverDatabase", "LivenessConformance", "LivenessCore"]
        ),
        .executableTarget(
            name: "flush-loop",
            dependencies: ["LivenessCore", "StoreSQL", "StoreSQLite"],
            path: "Tests/FlushLoop"
        ),
        .testTarget(
            name: "StoreSQLiteTests",
            dependencies: [
                "DriverDatabase",
                "LivenessConformance",
                "LivenessCore",
                "LivenessTesting",
                "StoreSQL",
                "StoreSQLite",
                "flush-loop",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]
        ),
        .testTarget(
            name: "MariaDBClientTests",
            dependencies: ["MariaDBClient", "ServerFixtures"]
        ),
        .testTarget(
            name: "MemcachedClientTests",
            dependencies: ["MemcachedClient", "ServerFixtures"]
        ),
        .testTarget(
            name: "DriverCompanyTests",
            dependencies: ["DriverCompany", "LivenessCore"]
        ),
        .testTarget(
            name: "DriverZooKeeperTests",
            dependencies: [
                "DriverZooKeeper", "LivenessConformance", "LivenessCore", "LivenessTesting", "ServerFixtures",
                "ZooKeeperClient",
            ]
        ),
        .testTarget(
            name: "ZooKeeperClientTests",
            dependencies: ["ServerFixtures", "ZooKeeperClient"]
        ),
        .testTarget(
            name: "DriverMemcachedTests",
            dependencies: [
                "DriverMemcached", "LivenessConformance", "LivenessCore", "LivenessTesting", "MemcachedClient",
                "ServerFixtures",
            ]
        ),
        .testTarget(
            name: "StoreMariaDBTests",
            dependencies: [
                "DriverDatabase",
                "LivenessConformance",
                "LivenessCore",
                "MariaDBClient",
                "ServerFixtures",
                "StoreMariaDB",
                "StoreSQL",
            ]
        ),
        .testTarget(
            name: "NovaImportTests",
            dependencies: ["LivenessCore", "MariaDBClient", "NovaImport", "ServerFixtures"]
        ),
        .testTarget(name: "RollcallWireTests", dependencies: ["RollcallWire"]),
        .target(
            name: "StubDaemon",
            dependencies: [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/StubDaemon"
        ),
        .testTarget(
            name: "HeartbeatRelayTests",
            dependencies: [
                "Addresses",
                "HeartbeatRelay",
                "RollcallClient",
                "RollcallWire",
                "StubDaemon",
            ]
        ),
        .testTarget(name: "RollcallClientTests", dependencies: ["RollcallClient", "RollcallWire", "StubDaemon"]),
        .testTarget(
            name: "RollcallCommandTests",
            dependencies: [
                "RollcallCommand",
                "RollcallWire",
                "StubDaemon",
                "rollcall",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .testTarget(
            name: "RollcallDaemonTests",
            dependencies: [
                "Addresses",
                "LivenessCore",
                "Outbound",
                "RollcallDaemon",
                "RollcallServer",
                "Telemetry",
                "rollcalld",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "QuickstartTests",
            dependencies: [
                "rollcall",
                "rollcalld",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "LivenessTesting", "RollcallClient", "RollcallWire", "ServerFixtures", "StubDaemon", "ZooKeeperClient",
                "rollcall", "rollcall-load", "rollcalld",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .testTarget(name: "OutboundTests", dependencies: ["LivenessCore", "LivenessEngine", "Outbound"]),
        .testTarget(name: "SoundnessTests"),
        .testTarget(
            name: "RollcallServerTests",
            dependencies: [
                "HeartbeatDatagrams",
                "LivenessCore",
                "LivenessEngine",
                "RollcallServer",
                "RollcallWire",
                "Telemetry",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .testTarget(
            name: "SystemdTests",
            dependencies: [
                "Systemd",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: [
                "Telemetry",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

/// What every target of ours is built with.
let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
for target in package.targets where ![.plugin, .system].contains(target.type) {
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}

// The core, the engine and their tests alone: what the thread sanitizer looks at. Sanitized code cannot be mixed with
// other, and all that is in the package is built for a test.
if Context.environment["ROLLCALL_CORE_ALONE"] != nil {
    let core = ["LivenessCore", "LivenessEngine", "LivenessTesting", "LivenessCoreTests", "LivenessEngineTests"]
    package.targets.removeAll { !core.contains($0.name) }
    package.products = []
}

// The core, what decodes heartbeats for it, and what measures them, alone: a release build of all that stands beside
// these in their rooms, HTTP before all, takes many times as long.
if Context.environment["ROLLCALL_BENCHMARKS_ALONE"] != nil {
    let measured = ["AllocationCount", "core-benchmarks", "LivenessCore", "LivenessTesting", "RollcallServer"]
    package.targets.removeAll { !measured.contains($0.name) }
    package.products = []
    for target in package.targets where target.name == "RollcallServer" {
        target.path = "Sources/RollcallServer/Scanner"
        target.resources = nil
        target.dependencies = ["LivenessCore"]
    }
    for target in package.targets where target.name == "LivenessTesting" {
        target.sources = ["SplitMix64.swift"]
        target.dependencies = []
    }
}
