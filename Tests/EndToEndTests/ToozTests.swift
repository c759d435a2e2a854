import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing
import ZooKeeperClient

extension FleetTests {
    @Test("a member of a tooz group is up while its node is there, failed when it is gone, and up when it joins again")
    func toozGroup() async throws {
        try await ZooKeeperServer.provide {
            let place = try Workplace()
            let servers = try ZooKeeperServer.here()
            let ensemble = ZooKeeperConfiguration(hosts: servers.hosts, sessionTimeout: .seconds(4))
            let name = ServiceName(host: "h1", binary: "agent")
            try await DaemonProcess.run(place) { daemon in
                let follower = try SpawnedProcess(
                    Programs.daemon,
                    [
                        "follow-tooz", "--hosts", servers.hosts[0], "--group", "agents", "--binary", "agent",
                        "--endpoint",
                        "http://127.0.0.1:\(daemon.port)", "--interval", "100ms",
                    ],
                    environment: Programs.environment,
                    output: place.unique("follower")
                )
                defer { follower.end() }
                let keeper = try await ZooKeeperSession.open(ensemble) { _ in }
                try await keeper.connected()
                try await keeper.write([
                    .create(path: "/tooz", value: "", .persistent),
                    .create(path: "/tooz/agents", value: "", .persistent),
                    // No session keeps it: no member.
                    .create(path: "/tooz/agents/h2", value: "", .persistent),
                ])
                // One that beats here itself is in the group as well.
                let own = ServiceName(host: "h3", binary: "agent")
                var beat = WireHeartbeat(host: own.host, binary: own.binary)
                beat.incarnation = "own"
                _ = try await daemon.client.sendHeartbeat(beat)
                let moved = try await ZooKeeperSession.open(ensemble) { _ in }
                try await moved.connected()
                try await moved.write([.create(path: "/tooz/agents/h3", value: "", .ephemeral)])
                for round in 0..<2 {
                    if round == 1 { await moved.close() }
                    let member = try await ZooKeeperSession.open(ensemble) { _ in }
                    try await member.connected()
                    try await member.write([.create(path: "/tooz/agents/h1", value: "", .ephemeral)])
                    try await eventually("it is up") { (try? await daemon.client.state(of: name))?.state == .up }
                    await member.close()
                    let gone = try await eventually("it has failed") {
                        let state = try await daemon.client.state(of: name)
                        return state.state == .down ? state : nil
                    }
                    #expect(gone.reason == .reportedFailed)
                }
                let known = try await daemon.client.services().services.filter { $0.binary == "agent" }
                #expect(known.map(\.host) == ["h1", "h3"])
                #expect(try await daemon.client.state(of: own).state == .up)
                await keeper.close()
                follower.send(SIGTERM)
                #expect(try await follower.ended() == .exited(0), "\(follower.messages)")
                #expect(follower.messages.contains("2 members reported as failed"), "\(follower.messages)")
            }
        }
    }
}
