import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("The socket of this machine", .timeLimit(.minutes(2)))
struct LocalSocketTests {
    private func options(_ place: Workplace, tokens: Bool = false) throws -> DaemonProcess.Options {
        var settings = "listen:\n  unix: \(place.file("r.sock"))\n"
        if tokens {
            try place.write("tokens:\n", to: "tokens.yaml")
            settings += "auth:\n  tokens_file: \(place.file("tokens.yaml"))\n"
        }
        try place.write(settings, to: "rollcalld.yaml")
        var options = DaemonProcess.Options()
        options.configuration = place.file("rollcalld.yaml")
        return options
    }

    private func client(_ place: Workplace) throws -> RollcallClient {
        var configuration = ClientConfiguration()
        configuration.answerTimeout = .seconds(30)
        let endpoint = try #require(Endpoint("unix://\(place.file("r.sock"))"))
        return RollcallClient(endpoints: [endpoint], configuration: configuration)
    }

    /// As this process is known there.
    private var ownName: String { getuid() == 0 ? "root" : "uid-\(getuid())" }

    @Test("who connects is known by their user, also where everybody else needs a token")
    func users() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place, try options(place, tokens: true)) { daemon in
            let local = try client(place)
            _ = try await local.sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
            let service = try #require(try await local.services().services.first { $0.host == "h" })
            var patch = ServicePatch()
            patch.status = .disabled
            _ = try await local.edit(service.uuid, patch)
            do {
                _ = try await daemon.client.services()
                Issue.record("answered without a token")
            } catch let error as ClientError {
                #expect(error.error?.code == .unauthorized)
            }
            let edit = try #require(
                daemon.log.first { $0.label == "audit" && $0.metadata?["by"]?.hasPrefix(ownName) == true }
            )
            #expect(edit.metadata?["by"] == "\(ownName)@local", "\(edit)")
        }
    }

    @Test(
        "a file left by a killed daemon is replaced, one that is listened on is not, and it goes with the daemon"
    )
    func file() async throws {
        let place = try Workplace()
        let path = place.file("r.sock")
        try await DaemonProcess.run(place, try options(place)) { daemon in
            var other = try options(place)
            other.identifier = "other"
            other.databaseURL = "sqlite://\(place.path)/other.sqlite"
            let second = try DaemonProcess.spawn(place, other)
            #expect(try await second.ended() == .exited(1))
            #expect(second.messages.contains("listen.unix: cannot listen on \(path): another program listens there"))
            #expect(try await client(place).services().services.count == 1)
            daemon.process.send(SIGKILL)
            _ = try await daemon.process.ended()
        }
        #expect(FileManager.default.fileExists(atPath: path))
        try await DaemonProcess.run(place, try options(place)) { daemon in
            let services = try await client(place).services().services
            #expect(services.count == 1)
            daemon.process.send(SIGTERM)
            let ending = try await daemon.process.ended()
            #expect(ending == .exited(0))
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        try place.write("precious", to: "r.sock")
        let refused = try DaemonProcess.spawn(place, try options(place))
        #expect(try await refused.ended() == .exited(1))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    /// Connections to the socket that ask for what never ends.
    private func watchers(_ count: Int, _ path: String) throws -> [Int32] {
        try (0..<count).map { _ in
            let connection = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let answer = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(connection, $0, size) }
            }
            try #require(answer == 0)
            let request = Array("GET /v1/watch HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
            _ = send(connection, request, request.count, Int32(MSG_NOSIGNAL))
            return connection
        }
    }

    @Test("however many hold its connections, deaths of others are noticed")
    func crowded() async throws {
        let place = try Workplace()
        var options = try options(place)
        options.reportInterval = "250ms"
        options.serviceDownTime = "1s"
        try await DaemonProcess.run(place, options) { daemon in
            let held = try watchers(300, place.file("r.sock"))
            defer { for connection in held { close(connection) } }
            _ = try await daemon.client.sendHeartbeat(WireHeartbeat(host: "h", binary: "b"))
            let name = ServiceName(host: "h", binary: "b")
            try await eventually("it is down") { (try? await daemon.client.state(of: name))?.state == .down }
        }
    }
}
