import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("SIGHUP", .timeLimit(.minutes(2)))
struct ReloadTests {
    @Test("a changed service_down_time holds from the next heartbeat on; an invalid file changes nothing and is logged")
    func reload() async throws {
        let place = try Workplace()
        var options = DaemonProcess.Options()
        options.configuration = place.file("rollcalld.yaml")
        func configure(_ downTime: String) throws {
            try place.write(
                "liveness:\n  report_interval: 5s\n  service_down_time: \(downTime)\n",
                to: "rollcalld.yaml"
            )
        }
        try configure("60s")
        try await DaemonProcess.run(place, options) { daemon in
            func deadline(_ host: String) async throws -> Double {
                let heartbeat = WireHeartbeat(host: host, binary: "b")
                return try await daemon.client.sendHeartbeat(heartbeat).deadlineIn ?? 0
            }
            func reload(_ message: String) async throws -> LogLine {
                let before = daemon.log.count
                daemon.process.send(SIGHUP)
                return try await eventually("the reload is logged: \(message)") {
                    daemon.log.dropFirst(before).first { $0.message.hasPrefix(message) }
                }
            }
            #expect(try await (59...60).contains(deadline("early")))
            #expect(try await (59...60).contains(deadline("silent")))

            try configure("100s")
            _ = try await reload("settings read again")
            // Who was heard before keeps its deadline until it is heard again.
            let silent = try await daemon.client.service(named: ServiceName(host: "silent", binary: "b"))
            let explained = try await daemon.client.explanation(uuid: silent.uuid)
            let evidence = explained.evidence.map(\.text).joined(separator: "; ")
            #expect(evidence.contains("its down time is 60.0 s"), "\(evidence); \(explained.changesWhen)")
            #expect(try await (99...100).contains(deadline("early")))

            for (text, key) in [
                ("liveness:\n  service_down_time: soon\n", "service_down_time"),
                ("liveness:\n  no_such_key: 1\n", "no_such_key"), ("liveness: [\n", "rollcalld.yaml"),
            ] {
                try place.write(text, to: "rollcalld.yaml")
                let line = try await reload("settings not adopted")
                #expect(line.level == "error" && line.message.contains(key), "\(line)")
                #expect(line.message.contains("rollcalld.yaml"), "\(line)")
                #expect(try await (99...100).contains(deadline("early")))
            }
            try FileManager.default.removeItem(atPath: place.file("rollcalld.yaml"))
            _ = try await reload("settings not adopted")
            #expect(try await (99...100).contains(deadline("early")))
            #expect(daemon.process.ending == nil)
        }
    }
}
