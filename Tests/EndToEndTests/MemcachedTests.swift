import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    static func options(_ url: String, _ id: String, _ memcached: MemcachedServers) -> DaemonProcess.Options {
        var options = options(url, id)
        options.serviceDownTime = "6s"
        options.environment = [
            "ROLLCALL_LIVENESS_DRIVER": "memcached",
            "ROLLCALL_MEMCACHED_SERVERS": memcached.servers.map { "127.0.0.1:\($0.port)" }.joined(separator: ","),
        ]
        return options
    }

    @Test("over memcached: servers emptied and stopped, the database stopped, a daemon killed, and nobody falsely down")
    func memcached() async throws {
        try await MariaDBServer.provide {
            try await MemcachedServers.provide {
                try await memcached(MariaDBServer.here(), MemcachedServers.here())
            }
        }
    }

    @Test(
        "one of two memcached servers is away: who belongs there is unknown, the others are judged, and later all are"
    )
    func oneServerAway() async throws {
        try await MariaDBServer.provide {
            try await MemcachedServers.provide {
                try await oneServerAway(try MemcachedServers.here().servers[0])
            }
        }
    }

    private func oneServerAway(_ away: MemcachedServers.Server) async throws {
        let place = try Workplace()
        let url = try await makeDatabase(place)
        let memcached = try MemcachedServers.here()
        let fleet = Fleet("fleet", count: 100, port: 0)
        let watch = TransitionWatch(port: 0)
        try await watch.run {
            try await DaemonProcess.run(place, Self.options(url, "one", memcached)) { one in
                try await DaemonProcess.run(place, Self.options(url, "two", memcached)) { two in
                    watch.redirect(to: one.port)
                    fleet.redirect(to: [one.port, two.port])
                    try await fleet.run {
                        try await fleet.beats(8)
                        try await eventually("each shows all as up") {
                            try await Self.upCounts(one.client, two.client) == [100, 100]
                        }
                        away.current.end()
                        try await eventually("the driver counts as lost") {
                            try await one.client.readiness().driver == .lost
                        }
                        let dying = 0..<40
                        fleet.silence(dying, fromRound: 0)
                        let hosts = Set(dying.map(fleet.host))
                        try await eventually("of 40 who die, those are down who can be seen, and the others unknown") {
                            let services = try await one.client.services().services.filter { hosts.contains($0.host) }
                            let down = services.count { $0.state == .down && $0.stateReason == .heartbeatMissed }
                            let unknown = services.count { $0.state == .unknown && $0.stateReason == .backendLost }
                            return down > 0 && unknown > 0 && down + unknown == dying.count
                        }
                        #expect(Set(watch.deaths.compactMap(\.transition.host)).isSubset(of: hosts))
                        try await away.killAndRestart()
                        try await eventually("all 40 are down") {
                            Set(watch.deaths.compactMap(\.transition.host)) == hosts
                        }
                        try await eventually("each shows the others as up") {
                            try await Self.upCounts(one.client, two.client) == [60, 60]
                        }
                        #expect(try await one.client.readiness().driver == .ok)
                    }
                }
            }
        }
        #expect(watch.deaths.count == 40 && watch.isGapFree)
    }

    /// How many of the fleet each daemon shows as up.
    private static func upCounts(_ clients: RollcallClient...) async throws -> [Int] {
        var counts: [Int] = []
        for client in clients {
            counts.append(
                try await client.services().services.count { $0.binary == "worker" && $0.state == .up }
            )
        }
        return counts
    }

    private func memcached(_ database: MariaDBServer, _ memcached: MemcachedServers) async throws {
        let place = try Workplace()
        let url = try await makeDatabase(place)
        let fleet = Fleet("fleet", count: 100, port: 0)
        let watch = TransitionWatch(port: 0)
        try await watch.run {
            try await DaemonProcess.run(place, Self.options(url, "one", memcached)) { one in
                try await DaemonProcess.run(place, Self.options(url, "two", memcached)) { two in
                    watch.redirect(to: one.port)
                    fleet.redirect(to: [one.port, two.port])
                    try await fleet.run {
                        try await fleet.beats(8)
                        #expect(try await one.client.drivers().drivers.map(\.name) == ["memcached"])
                        // What two hears, one sees in memcached alone.
                        try await eventually("each shows all as up") {
                            try await Self.upCounts(one.client, two.client) == [100, 100]
                        }
                        fleet.redirect(to: [one.port, two.port], .roundRobin)
                        for server in memcached.servers { try await server.killAndRestart() }
                        try await fleet.beats(30)
                        // Two down times without the database: who lives is still seen, also who was started anew
                        // meanwhile, and by the daemon that does not hear it.
                        fleet.redirect(to: [one.port, two.port], .faithful)
                        try await fleet.beats(4)
                        try await database.current.stop()
                        try await fleet.tries(4)
                        fleet.restart([11, 12, 13, 14])
                        try await fleet.tries(48)
                        #expect(try await Self.upCounts(one.client, two.client) == [100, 100])
                        #expect(try await one.client.readiness().driver == .ok)
                        #expect(try await one.client.readiness().database == .lost)
                        database.current.resume()
                        try await fleet.beats(8)
                        for server in memcached.servers { try await server.current.stop() }
                        try await fleet.tries(30)
                        for server in memcached.servers { server.current.resume() }
                        try await fleet.beats(16)
                        try await eventually("each shows all as up again") {
                            try await Self.upCounts(one.client, two.client) == [100, 100]
                        }
                        fleet.redirect(to: [one.port, two.port], .faithful)
                        try await fleet.beats(8)
                        two.process.send(SIGKILL)
                        try await fleet.beats(30)
                        #expect(watch.deaths.isEmpty, "\(watch.deaths)")
                        #expect(try await Self.upCounts(one.client) == [100])
                        #expect(try await one.client.brakes().brakes.isEmpty)
                        try await fleet.silence([7])
                        let death = try await watch.first("the death of one is noticed") {
                            $0.to == .down && fleet.member($0.host) == 7
                        }
                        #expect(death.transition.reason == .heartbeatMissed)
                        try await fleet.beats(4)
                    }
                    #expect(watch.deaths.count == 1, "\(watch.deaths)")
                }
            }
        }
        #expect(fleet.problems.isEmpty && watch.isGapFree, "\(fleet.problems.prefix(3))")
    }
}
