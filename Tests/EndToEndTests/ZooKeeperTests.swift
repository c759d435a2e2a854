import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    static func options(_ url: String, _ id: String, _ servers: ZooKeeperServers) -> DaemonProcess.Options {
        var options = options(url, id)
        options.serviceDownTime = "6s"
        options.environment = [
            "ROLLCALL_LIVENESS_DRIVER": "zookeeper",
            "ROLLCALL_ZOOKEEPER_HOSTS": servers.hosts.joined(separator: ","),
            "ROLLCALL_ZOOKEEPER_SESSION_TIMEOUT": "2s",
        ]
        return options
    }

    @Test(
        "over ZooKeeper: the leader killed, the quorum and the database lost, a daemon killed, and nobody falsely down"
    )
    func zooKeeper() async throws {
        try await MariaDBServer.provide {
            try await ZooKeeperEnsemble.provide {
                try await zooKeeper(MariaDBServer.here(), ZooKeeperEnsemble.here())
            }
        }
    }

    @Test("two daemons over ZooKeeper notice every one of 100 deaths among 1,100 services, and agree")
    func zooKeeperDetection() async throws {
        try await MariaDBServer.provide {
            try await ZooKeeperServer.provide {
                let place = try Workplace()
                let url = try await makeDatabase(place)
                let servers = try ZooKeeperServer.here()
                try await noticeDeaths(place, "zookeeper") { Self.options(url, $0, servers) }
            }
        }
    }

    @Test("1,000 sessions with ZooKeeper die at once: heartbeats of the others go on, and nobody else expires")
    func dyingSessions() async throws {
        try await MariaDBServer.provide {
            try await ZooKeeperServer.provide {
                let place = try Workplace()
                let servers = try ZooKeeperServer.here()
                try await outlive(servers, place, try await makeDatabase(place))
            }
        }
    }

    private func outlive(_ servers: ZooKeeperServers, _ place: Workplace, _ url: String) async throws {
        let server = servers.servers[0]
        let fleet = Fleet("fleet", count: 200, port: 0)
        let watch = TransitionWatch(port: 0)
        try await watch.run {
            try await DaemonProcess.run(place, Self.options(url, "one", servers)) { one in
                try await DaemonProcess.run(place, Self.options(url, "two", servers)) { two in
                    watch.redirect(to: one.port)
                    fleet.redirect(to: [one.port, two.port])
                    try await fleet.run {
                        try await fleet.beats(8)
                        let before = try #require(server.nodes)
                        let sessions = BareSessions(port: server.port, timeout: .seconds(4))
                        let paths = (0..<1_000).map { number in
                            let bucket = String(0x100 + number % 256, radix: 16).suffix(2)
                            return "/servicegroups/members/direct/\(bucket)/h\(number):agent::i:direct"
                        }
                        try sessions.open(paths)
                        sessions.beat()
                        #expect(try #require(server.nodes) >= before + 1_000)
                        try await fleet.beats(8)
                        let alone = fleet.takeLatencies()
                        sessions.die()
                        try await eventually("their nodes are gone") { (server.nodes ?? .max) < before + 300 }
                        try await fleet.beats(8)
                        print("beside 1,000 living sessions: \(Distribution(alone))")
                        print("while 1,000 sessions die: \(Distribution(fleet.takeLatencies()))")
                        #expect(watch.deaths.isEmpty, "\(watch.deaths)")
                    }
                }
            }
        }
        #expect(fleet.problems.isEmpty && watch.isGapFree, "\(fleet.problems.prefix(3))")
    }

    /// Returns when each shows all of the fleet as up.
    private static func allUp(_ clients: RollcallClient...) async throws {
        try await eventually("each shows all as up") {
            for client in clients {
                let up = try await client.services().services.count { $0.binary == "worker" && $0.state == .up }
                if up != 100 { return false }
            }
            return true
        }
    }

    private func zooKeeper(_ database: MariaDBServer, _ ensemble: ZooKeeperServers) async throws {
        let place = try Workplace()
        let url = try await makeDatabase(place)
        let fleet = Fleet("fleet", count: 100, port: 0)
        let watch = TransitionWatch(port: 0)
        try await watch.run {
            try await DaemonProcess.run(place, Self.options(url, "one", ensemble)) { one in
                try await DaemonProcess.run(place, Self.options(url, "two", ensemble)) { two in
                    watch.redirect(to: one.port)
                    fleet.redirect(to: [one.port, two.port])
                    try await fleet.run {
                        try await fleet.beats(8)
                        #expect(try await one.client.drivers().drivers.map(\.name) == ["zookeeper"])
                        // What two hears, one sees in ZooKeeper alone.
                        try await Self.allUp(one.client, two.client)
                        let leader = try #require(ensemble.servers.first { $0.mode == "leader" })
                        try leader.killAndRestart()
                        try await fleet.tries(24)
                        try await ensemble.ready()
                        try await Self.allUp(one.client, two.client)
                        // Each holds those whom the other heard, then the other alone.
                        fleet.redirect(to: [one.port, two.port], .roundRobin)
                        try await fleet.beats(16)
                        fleet.redirect(to: [two.port, one.port], .faithful)
                        try await fleet.beats(20)
                        // Two down times without the database: who lives is still seen.
                        try await database.current.stop()
                        try await fleet.tries(48)
                        #expect(try await one.client.readiness().driver == .ok)
                        #expect(try await one.client.readiness().database == .lost)
                        database.current.resume()
                        try await fleet.beats(8)
                        // Two of three stand still for two down times: no quorum, and sessions whose time is over.
                        for server in ensemble.servers.prefix(2) { try await server.current.stop() }
                        try await fleet.tries(48)
                        #expect(try await one.client.readiness().driver == .lost)
                        for server in ensemble.servers.prefix(2) { server.current.resume() }
                        try await fleet.tries(16)
                        try await Self.allUp(one.client, two.client)
                        // All of them lose what they held.
                        for server in ensemble.servers { server.current.end() }
                        for server in ensemble.servers { try server.killAndRestart(isEmptied: true) }
                        try await fleet.tries(30)
                        try await ensemble.ready()
                        try await Self.allUp(one.client, two.client)
                        fleet.redirect(to: [one.port, two.port], .faithful)
                        try await fleet.beats(8)
                        two.process.send(SIGKILL)
                        try await fleet.beats(30)
                        #expect(watch.deaths.isEmpty, "\(watch.deaths)")
                        try await Self.allUp(one.client)
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
