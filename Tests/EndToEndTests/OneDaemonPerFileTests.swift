import Foundation
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("One daemon per SQLite file and port", .timeLimit(.minutes(2)))
struct OneDaemonPerFileTests {
    @Test("a second daemon on the same file is refused with a clear message, and the first is unharmed")
    func second() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place) { daemon in
            var heartbeat = WireHeartbeat(host: "h", binary: "b")
            heartbeat.incarnation = "one"
            _ = try await daemon.client.sendHeartbeat(heartbeat)

            var options = DaemonProcess.Options()
            options.identifier = "another"
            let second = try DaemonProcess.spawn(place, options)
            defer { second.end() }
            let ending = try await second.ended()
            #expect(ending != .exited(0))
            guard case .exited = ending else {
                Issue.record("it did not exit by itself: \(ending)")
                return
            }
            let said = second.output + second.messages
            #expect(said.contains("process \(daemon.process.identifier)"), "\(said)")
            #expect(said.contains("rollcall.sqlite"), "\(said)")
            #expect(!said.contains("ready"))
            print("a second daemon on the file, \(ending): \(said.trimmingCharacters(in: .whitespacesAndNewlines))")

            let daemons = try await daemon.client.daemons().daemons
            #expect(daemons.map(\.id) == ["test-daemon"])
            _ = try await daemon.client.sendHeartbeat(heartbeat, durable: true)
            #expect(try await daemon.client.state(of: ServiceName(host: "h", binary: "b")).state == .up)
        }
    }

    @Test("a second daemon on the same port is refused by the setting and the address")
    func port() async throws {
        let (place, elsewhere) = (try Workplace(), try Workplace())
        try await DaemonProcess.run(place) { daemon in
            var options = DaemonProcess.Options()
            options.port = daemon.port
            let second = try DaemonProcess.spawn(elsewhere, options)
            defer { second.end() }
            #expect(try await second.ended() == .exited(1))
            let said = second.output + second.messages
            let expected = "listen.http: cannot listen on 127.0.0.1:\(daemon.port): another program listens there"
            #expect(said.contains(expected), "\(said)")
        }
    }
}
