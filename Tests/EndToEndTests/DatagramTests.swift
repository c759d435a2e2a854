import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("Agents that beat in datagrams", .timeLimit(.minutes(2)))
struct DatagramTests {
    /// Of "secret".
    private static let digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"

    private let place: Workplace

    init() throws {
        place = try Workplace()
        try place.write("secret\n", to: "token")
        try place.write("tokens: [{name: all, sha256: \(Self.digest), roles: operator}]\n", to: "tokens.yaml")
    }

    /// A daemon's options; it asks for the token.
    private func options(port: Int = 0, readsDatagrams: Bool = true) throws -> DaemonProcess.Options {
        let listen = readsDatagrams ? "listen: {datagram: '127.0.0.1:0'}\n" : ""
        try place.write("\(listen)auth: {tokens_file: \(place.file("tokens.yaml"))}\n", to: "rollcalld.yaml")
        var options = DaemonProcess.Options.short
        options.configuration = place.file("rollcalld.yaml")
        options.port = port
        return options
    }

    private func agent(_ host: String, _ daemon: DaemonProcess) throws -> SpawnedProcess {
        let words = ["agent", "--host", host, "--binary", "worker", "--interval", "250ms", "--datagram"]
        return try Programs.start(words + ["--token-file", place.file("token")], at: daemon, place)
    }

    /// Datagrams that a daemon took, by what became of them.
    private func taken(_ result: String, _ daemon: DaemonProcess) throws -> Int {
        let connection = try RawConnection(port: daemon.port)
        let reply = try connection.exchange("GET", "/metrics", headers: "Authorization: Bearer secret\r\n")
        let text = try #require(reply).text
        let name = "rollcall_datagrams_total{result=\"\(result)\"} "
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Double($0.dropFirst(name.count)) }.map { Int($0) } ?? 0
    }

    private func client(_ daemon: DaemonProcess) -> RollcallClient {
        var configuration = daemon.client.configuration
        configuration.credential = Credential(file: place.file("token"))
        return RollcallClient(endpoints: daemon.client.endpoints, configuration: configuration)
    }

    private func state(_ host: String, _ daemon: DaemonProcess) async -> WireReason? {
        try? await client(daemon).state(of: ServiceName(host: host, binary: "worker")).reason
    }

    @Test("what it sends is taken and keeps its service up; killed, it is missed; stopped, it has left")
    func beats() async throws {
        try await DaemonProcess.run(place, try options()) { daemon in
            #expect(daemon.log.contains { $0.message == "ready" && $0.metadata?["datagram"] != nil })
            let agents = try ["killed", "stopped"].map { try agent($0, daemon) }
            defer { for agent in agents { agent.end() } }
            try await eventually("datagrams are taken; they said \(agents.map(\.messages))") {
                try taken("taken", daemon) >= 20
            }
            for host in ["killed", "stopped"] { #expect(await state(host, daemon) == .heartbeat) }
            #expect(try taken("bad_tag", daemon) == 0)
            agents[0].send(SIGKILL)
            agents[1].send(SIGTERM)
            #expect(try await agents[1].ended() == .exited(0))
            try await eventually("the killed one is missed") { await state("killed", daemon) == .heartbeatMissed }
            #expect(await state("stopped", daemon) == .left)
        }
    }

    @Test("where datagrams are read no more it goes on over HTTP, and with datagrams again when they are")
    func fallsBack() async throws {
        let port = try await DaemonProcess.run(place, try options()) { daemon in daemon.port }
        try await DaemonProcess.run(place, try options(port: port)) { first in
            let agent = try agent("h", first)
            defer { agent.end() }
            try await eventually("datagrams are taken; it said \(agent.messages)") {
                try taken("taken", first) >= 5
            }
            for readsDatagrams in [false, true] {
                let before = readsDatagrams ? nil : first
                before?.process.send(SIGTERM)
                if let before { _ = try await before.process.ended() }
                try await DaemonProcess.run(place, try options(port: port, readsDatagrams: readsDatagrams)) { next in
                    try await eventually("it beats on; it said \(agent.messages)") {
                        let seen = try? await client(next).service(named: ServiceName(host: "h", binary: "worker"))
                        return (seen?.reportCount ?? 0) > 0 && seen?.state == .up && seen?.stateReason == .heartbeat
                    }
                    if readsDatagrams {
                        try await eventually("datagrams are taken again") { try taken("taken", next) >= 5 }
                    }
                    let downs = try await client(next).transitions(since: 0).transitions
                        .filter { $0.to == .down && $0.host == "h" }
                    #expect(downs.isEmpty, "\(downs)")
                }
            }
        }
    }
}
