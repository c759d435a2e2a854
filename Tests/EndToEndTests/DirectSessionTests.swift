import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    @Test("who holds a session of its own is up without a heartbeat, and down once it has ended, at both daemons")
    func directSessions() async throws {
        try await MariaDBServer.provide {
            try await ZooKeeperServer.provide {
                let place = try Workplace()
                let servers = try ZooKeeperServer.here()
                let url = try await makeDatabase(place)
                try await DaemonProcess.run(place, Self.options(url, "one", servers)) { one in
                    try await DaemonProcess.run(place, Self.options(url, "two", servers)) { two in
                        try await holdSessions(servers.servers[0].port, one.client, two.client)
                    }
                }
            }
        }
    }

    private func holdSessions(_ port: UInt16, _ one: RollcallClient, _ two: RollcallClient) async throws {
        let hosts = (0..<20).map { "direct-\($0)" }
        for host in hosts {
            var beat = WireHeartbeat(host: host, binary: "worker")
            beat.incarnation = "i"
            beat.sequence = 1
            _ = try await one.sendHeartbeat(beat)
        }
        let began = Moment.now.monotonic
        let victim = BareSessions(port: port, timeout: .seconds(4))
        let others = BareSessions(port: port, timeout: .seconds(4))
        try victim.open([Self.node(hosts[0])])
        try others.open(hosts.dropFirst().map(Self.node))
        victim.beat()
        others.beat()
        try await eventually("each shows them by their sessions, long after their heartbeat") {
            guard Moment.now.monotonic - began > 9_000_000_000 else { return false }
            for client in [one, two] {
                let reasons = try await client.services().services.filter { $0.binary == "worker" }.map(\.stateReason)
                if reasons != hosts.map({ _ in WireReason.session }) { return false }
            }
            return true
        }
        let name = ServiceName(host: hosts[0], binary: "worker")
        #expect(try await two.state(of: name).age == nil)
        let died = Moment.now.monotonic
        victim.die()
        for client in [one, two] {
            try await eventually("the one whose session ended is down") {
                let state = try await client.state(of: name)
                return state.state == .down && state.reason == .sessionExpired
            }
        }
        print("a session of 4 s that died: down at both after \((Moment.now.monotonic - died) / 1_000_000) ms")
        for client in [one, two] {
            let up = try await client.services().services.filter { $0.binary == "worker" && $0.state == .up }
            #expect(up.count == hosts.count - 1)
        }
        let log = try await two.transitions(since: 0).transitions.filter { $0.kind == .state }
        #expect(log.map(\.host) == [hosts[0]])
    }

    private static func node(_ host: String) -> String { "/servicegroups/members/worker/00/\(host):worker::i:direct" }
}

/// Agents that tell the back end themselves, beside two daemons.
extension FleetTests {
    @Test("an agent that goes to ZooKeeper itself needs no daemon to be up; killed, it is down at its session's end")
    func directAgents() async throws {
        try await MariaDBServer.provide {
            try await ZooKeeperServer.provide {
                let place = try Workplace()
                let servers = try ZooKeeperServer.here()
                let url = try await makeDatabase(place)
                let options = [
                    "--zookeeper", servers.hosts.joined(separator: ","), "--zookeeper-session-timeout", "4s",
                ]
                try await DaemonProcess.run(place, Self.options(url, "two", servers)) { two in
                    try await DaemonProcess.run(place, Self.options(url, "one", servers)) { one in
                        try await live(beside: one, two, place, options, as: .session, dead: .sessionExpired)
                    }
                }
            }
        }
    }

    @Test("an agent that goes to memcached itself needs no daemon to be up; killed, it is missed")
    func directAgentsOverMemcached() async throws {
        try await MariaDBServer.provide {
            try await MemcachedServers.provide {
                let place = try Workplace()
                let memcached = try MemcachedServers.here()
                let url = try await makeDatabase(place)
                let servers = memcached.servers.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
                try await DaemonProcess.run(place, Self.options(url, "two", memcached)) { two in
                    try await DaemonProcess.run(place, Self.options(url, "one", memcached)) { one in
                        let options = ["--memcached", servers]
                        try await live(beside: one, two, place, options, as: .heartbeat, dead: .heartbeatMissed)
                    }
                }
            }
        }
    }

    /// One is killed: what only it was told is seen by two all the same.
    private func live(
        beside one: DaemonProcess,
        _ two: DaemonProcess,
        _ place: Workplace,
        _ options: [String],
        as reason: WireReason,
        dead: WireReason
    ) async throws {
        let hosts = ["stopped", "killed"]
        let agents = try hosts.map { host in
            try SpawnedProcess(
                Programs.command,
                [
                    "agent", "--endpoint", one.url, "--host", host, "--binary", "worker", "--interval", "500ms",
                    "--direct",
                ]
                    + options,
                environment: Programs.environment,
                output: place.unique("agent")
            )
        }
        defer { for agent in agents { agent.end() } }
        func states() async throws -> [WireReason?] {
            var reasons: [WireReason?] = []
            for host in hosts { reasons.append(try? await two.client.state(of: Self.worker(host)).reason) }
            return reasons
        }
        try await eventually("two shows them as \(reason.rawValue); they said: \(agents.map(\.messages))") {
            try await states() == [reason, reason]
        }
        one.process.send(SIGKILL)
        let killed = Moment.now.monotonic
        // Three down times, of whatever driver.
        try await eventually("two goes on without one") {
            let reasons = try await states()
            #expect(reasons == [reason, reason])
            return Moment.now.monotonic - killed > 18_000_000_000 || reasons != [reason, reason]
        }
        agents[1].send(SIGKILL)
        try await eventually("the killed one is down") { try await states()[1] == dead }
        // Its end goes to a daemon: the only one it knows is gone.
        agents[0].send(SIGTERM)
        #expect(try await agents[0].ended() == .exited(0))
        try await eventually("the stopped one is down") { try await states()[0] == dead }
    }

    private static func worker(_ host: String) -> ServiceName { ServiceName(host: host, binary: "worker") }
}
