import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("Relays between a rack and a daemon", .timeLimit(.minutes(2)))
struct RelayTests {
    private static let hosts = ["h1", "h2", "h3"]

    private let place: Workplace

    init() throws { place = try Workplace() }

    /// A relay on the host `r1`, and where it listens.
    private func relay(
        _ daemon: DaemonProcess,
        at address: String = "127.0.0.1:0"
    ) async throws -> (process: SpawnedProcess, address: String) {
        let words = ["agent", "--listen", address, "--host", "r1", "--interval", "250ms"]
        let process = try Programs.start(words, at: daemon, place)
        let found = try await eventually("the relay listens; it said \(process.messages)") {
            if let ending = process.ending { throw Overdue(what: "listening before \(ending): \(process.messages)") }
            return process.messages.split(separator: "\n").first { $0.contains("taking heartbeats of others at ") }?
                .split(separator: " ").last.map(String.init)
        }
        return (process, found)
    }

    private func agent(_ host: String, _ endpoints: [String], _ daemon: DaemonProcess) throws -> SpawnedProcess {
        let words = ["agent", "--host", host, "--binary", "worker", "--interval", "250ms"]
        return try Programs.start(words + endpoints.flatMap { ["--endpoint", $0] }, at: daemon, place)
    }

    private func state(_ host: String, _ daemon: DaemonProcess, binary: String = "worker") async -> WireReason? {
        try? await daemon.client.state(of: ServiceName(host: host, binary: binary)).reason
    }

    private func states(_ daemon: DaemonProcess) async -> [WireReason?] {
        var states: [WireReason?] = []
        for host in Self.hosts { states.append(await state(host, daemon)) }
        return states
    }

    /// The downs that were recorded of the rack's services.
    private func downs(_ daemon: DaemonProcess) async throws -> [WireTransition] {
        try await daemon.client.transitions(since: 0).transitions.filter { transition in
            transition.to == .down && Self.hosts.contains { $0 == transition.host }
        }
    }

    private func evidence(_ host: String, _ daemon: DaemonProcess) async throws -> [String] {
        let service = try await daemon.client.service(named: ServiceName(host: host, binary: "worker"))
        return try await daemon.client.explanation(uuid: service.uuid).evidence.map(\.text)
    }

    private func all(are reason: WireReason, _ daemon: DaemonProcess) async -> Bool {
        await states(daemon).allSatisfy { $0 == reason }
    }

    @Test("a rack whose relay is killed is unknown and never down; when the relay is back, the rack is up")
    func rackOfOneEndpoint() async throws {
        try await DaemonProcess.run(place, .short) { daemon in
            let (first, address) = try await relay(daemon)
            defer { first.end() }
            let agents = try Self.hosts.map { try agent($0, ["http://\(address)"], daemon) }
            defer { for agent in agents { agent.end() } }
            try await eventually("the rack is up; it said \(agents.map(\.messages))") {
                await all(are: .heartbeat, daemon)
            }
            #expect(try await evidence("h1", daemon).contains { $0.contains("through the relay on r1") })
            first.send(SIGKILL)
            _ = try await first.ended()
            try await eventually("the rack is unknown") { await all(are: .reporterLost, daemon) }
            try await eventually("the relay's own service is missed") {
                await state("r1", daemon, binary: "rollcall-relay") == .heartbeatMissed
            }
            #expect(try await evidence("h2", daemon).contains { $0.contains("the relay on r1 last called") })
            let (second, _) = try await relay(daemon, at: address)
            defer { second.end() }
            try await eventually("the rack is up again") { await all(are: .heartbeat, daemon) }
            #expect(try await downs(daemon).isEmpty)
        }
    }

    @Test(
        "agents whose relay is killed or stopped go to the daemon, and nobody of them is down",
        arguments: [SIGKILL, SIGTERM]
    )
    func rackOfTwoEndpoints(signal: Int32) async throws {
        try await DaemonProcess.run(place, .short) { daemon in
            let (process, address) = try await relay(daemon)
            defer { process.end() }
            let agents = try Self.hosts.map { try agent($0, ["http://\(address)", daemon.url], daemon) }
            defer { for agent in agents { agent.end() } }
            try await eventually("the rack is up; it said \(agents.map(\.messages))") {
                await all(are: .heartbeat, daemon)
            }
            process.send(signal)
            let ending = try await process.ended()
            if signal == SIGTERM { #expect(ending == .exited(0)) }
            try await eventually("everybody is heard by the daemon itself") {
                for host in Self.hosts {
                    let facts = try await evidence(host, daemon)
                    if facts.contains(where: { $0.contains("relay") }) { return false }
                }
                return true
            }
            let reason: WireReason = signal == SIGTERM ? .left : .heartbeatMissed
            try await eventually("the relay's own service is down") {
                await state("r1", daemon, binary: "rollcall-relay") == reason
            }
            #expect(await all(are: .heartbeat, daemon))
            #expect(try await downs(daemon).isEmpty)
        }
    }

    @Test("who dies in a rack whose relay lives is down, and curl reports through a relay")
    func deathInTheRack() async throws {
        try await DaemonProcess.run(place, .short) { daemon in
            let (process, address) = try await relay(daemon)
            defer { process.end() }
            let agents = try Self.hosts.map { try agent($0, ["http://\(address)"], daemon) }
            defer { for agent in agents { agent.end() } }
            try await eventually("the rack is up") { await all(are: .heartbeat, daemon) }
            agents[0].send(SIGKILL)
            agents[1].send(SIGTERM)
            #expect(try await agents[1].ended() == .exited(0))
            try await eventually("the dead one is down") { await state("h1", daemon) == .heartbeatMissed }
            #expect(await state("h2", daemon) == .left)
            #expect(await state("h3", daemon) == .heartbeat)
            let port = try #require(Int(address.split(separator: ":").last ?? ""))
            let connection = try RawConnection(port: port)
            let reply = try #require(try connection.exchange("PUT", "/v1/services/h9/script/heartbeat"))
            #expect(reply.text.contains(#""host":"h9""#))
            #expect(await state("h9", daemon, binary: "script") == .heartbeat)
        }
    }

    @Test(
        "an address that other machines reach takes a token",
        arguments: [["--listen", "0.0.0.0:0"], ["--listen", "nonsense"], ["--gather", "1s", "--binary", "b"], []]
    )
    func refused(options: [String]) async throws {
        let process = try SpawnedProcess(
            Programs.command,
            ["agent"] + options,
            environment: Programs.environment,
            output: place.unique("rollcall")
        )
        defer { process.end() }
        #expect(try await process.ended() == .exited(64))
        #expect(!process.messages.isEmpty)
    }
}
