import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("What systemd is told", .timeLimit(.minutes(2)))
struct SystemdTests {
    @Test("READY, STATUS, WATCHDOG while it lives, RELOADING with READY after it, and STOPPING")
    func notifications() async throws {
        let place = try Workplace()
        let socket = try NotifySocket(path: place.file("notify"))
        try place.write("liveness:\n  service_down_time: 60s\n", to: "rollcalld.yaml")
        var options = DaemonProcess.Options()
        options.configuration = place.file("rollcalld.yaml")
        options.environment = ["NOTIFY_SOCKET": place.file("notify"), "WATCHDOG_USEC": "400000"]
        try await DaemonProcess.run(place, options) { daemon in
            _ = try await socket.message("READY=1")
            // Ready means that it answers.
            #expect(try await daemon.client.readiness().ready)
            _ = try await socket.message("WATCHDOG=1")
            let status = try await socket.message("STATUS=")
            #expect(status.contains(#/\d+ up, \d+ down, \d+ unknown/#), "\(status)")
            try await eventually("the watchdog is fed again and again") {
                socket.received.count { $0 == "WATCHDOG=1" } >= 4
            }

            let before = socket.received.count
            daemon.process.send(SIGHUP)
            let reloading = try await socket.message("RELOADING=1", after: before)
            #expect(reloading.contains(#/MONOTONIC_USEC=[1-9]\d*/#), "\(reloading)")
            _ = try await socket.message("READY=1", after: before)

            // Held still, it feeds nothing: systemd would start it anew.
            try await daemon.process.stop()
            let atStop = Moment.now.monotonic
            let fed = socket.received.count
            try await eventually("two watchdog intervals pass") { Moment.now.monotonic - atStop > 800_000_000 }
            #expect(socket.received.count <= fed + 1)
            daemon.process.resume()

            daemon.process.send(SIGTERM)
            _ = try await socket.message("STOPPING=1", after: before)
            #expect(try await daemon.process.ended() == .exited(0))
            let kinds = socket.received.map { $0.prefix { $0 != "=" } }
            print("systemd was told \(kinds.joined(separator: " "))")
        }
    }
}
