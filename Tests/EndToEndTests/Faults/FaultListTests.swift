import Foundation
import RollcallWire
import ServerFixtures
import Testing

/// What is to be run.
private enum FaultRun {
    /// From the environment: `full`, or `short` to see that the list itself works.
    static let scale: FaultWorld.Scale? =
        switch ProcessInfo.processInfo.environment["ROLLCALL_FAULTS"] {
        case "full": FaultWorld.Scale(services: 1_000, downTime: 15, longest: 300)
        case "short": FaultWorld.Scale(services: 200, downTime: 6, longest: 20)
        default: nil
        }

    static let drivers = ["database", "zookeeper", "memcached"].filter { driver in
        let wanted = ProcessInfo.processInfo.environment["ROLLCALL_FAULT_DRIVERS"] ?? ""
        return wanted.isEmpty || wanted.split(separator: ",").contains(Substring(driver))
    }
}

/// The whole list, for each driver, on real servers and daemons: `./Tests/faults` runs it and shows the table.
@Suite("The list of faults", .enabled(if: FaultRun.scale != nil, "./Tests/faults runs it"))
struct FaultListTests {
    @Test("nobody who lives is called down, and every death is noticed", arguments: FaultRun.drivers)
    func list(driver: String) async throws {
        let place = try Workplace()
        let shift = try await WallShift.build(in: place)
        try place.write("0", to: "clock-database")
        let variables = ["LD_PRELOAD": shift, "ROLLCALL_WALL_OFFSET": place.file("clock-database")]
        try await MariaDBServer.provide(with: variables) {
            switch driver {
            case "zookeeper":
                try await ZooKeeperEnsemble.provide {
                    try await run(driver, place, shift, Self.backEnd(try ZooKeeperEnsemble.here()))
                }
            case "memcached":
                try await MemcachedServers.provide {
                    try await run(driver, place, shift, Self.backEnd(try MemcachedServers.here()))
                }
            default: try await run(driver, place, shift, Self.backEnd(try MariaDBServer.here()))
            }
        }
    }

    private func run(
        _ driver: String,
        _ place: Workplace,
        _ shift: String,
        _ backEnd: FaultWorld.BackEnd
    ) async throws {
        let world = try await FaultWorld(driver, try #require(FaultRun.scale), place, shift: shift, backEnd)
        try await world.run {
            try await world.fleet.beats(8)
            try await world.allUp()
            for fault in Fault.all where fault.drivers?.contains(driver) ?? true {
                let began = Moment.now
                let (seen, shown) = (world.watch.seen.count, world.falselyShown)
                try await fault.happen(world)
                try await world.fleet.beats(4)
                try await world.allUp()
                let changes = world.watch.seen.dropFirst(seen).map(\.transition).filter { change in
                    change.kind == .state && !world.isDead(change.host)
                        && [world.fleet.binary, world.other.binary].contains(change.binary)
                }
                let downs = Set(changes.filter { $0.to == .down }.compactMap(\.host))
                    .union(world.falselyShown.subtracting(shown))
                let late = try await world.noticeDeath()
                let row = [
                    driver, fault.name, "\((Moment.now.monotonic - began.monotonic) / 1_000_000_000) s",
                    "\(downs.count)",
                    "\(changes.count)", "\(Int(late)) ms",
                ]
                print("FAULT\t" + row.joined(separator: "\t"))
                fflush(nil)
                #expect(downs.isEmpty, "\(driver), \(fault.name): \(downs.prefix(5))")
                #expect(!fault.isBlink || changes.isEmpty, "\(driver), \(fault.name): \(changes.prefix(3))")
                #expect(late >= 0)
            }
        }
        #expect(world.fleet.problems.isEmpty && world.watch.isGapFree, "\(world.fleet.problems.prefix(3))")
    }

    // MARK: Back ends

    private static func backEnd(_ server: MariaDBServer) -> FaultWorld.BackEnd {
        FaultWorld.BackEnd(
            settings: [:],
            freeze: { try await server.current.stop() },
            thaw: { server.current.resume() },
            kill: { server.current.end() },
            start: { try await server.killAndRestart() }
        )
    }

    private static func backEnd(_ ensemble: ZooKeeperServers) -> FaultWorld.BackEnd {
        FaultWorld.BackEnd(
            settings: [
                "ROLLCALL_LIVENESS_DRIVER": "zookeeper",
                "ROLLCALL_ZOOKEEPER_HOSTS": ensemble.hosts.joined(separator: ","),
                "ROLLCALL_ZOOKEEPER_SESSION_TIMEOUT": "2s",
            ],
            freeze: { for server in ensemble.servers { try await server.current.stop() } },
            thaw: { for server in ensemble.servers { server.current.resume() } },
            kill: { for server in ensemble.servers { server.current.end() } },
            start: {
                for server in ensemble.servers { try server.killAndRestart() }
                try await ensemble.ready()
            },
            ensemble: ensemble
        )
    }

    private static func backEnd(_ memcached: MemcachedServers) -> FaultWorld.BackEnd {
        FaultWorld.BackEnd(
            settings: [
                "ROLLCALL_LIVENESS_DRIVER": "memcached",
                "ROLLCALL_MEMCACHED_SERVERS": memcached.servers.map { "127.0.0.1:\($0.port)" }.joined(separator: ","),
            ],
            freeze: { for server in memcached.servers { try await server.current.stop() } },
            thaw: { for server in memcached.servers { server.current.resume() } },
            kill: { for server in memcached.servers { server.current.end() } },
            start: { for server in memcached.servers { try await server.killAndRestart() } },
            memcached: memcached
        )
    }
}
