import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("How services and daemons end", .timeLimit(.minutes(3)))
struct EndingTests {
    @Test("a daemon told to stop writes what it heard, leaves, and exits with 0")
    func gracefulStop() async throws {
        let place = try Workplace()
        let name = ServiceName(host: "h", binary: "b")
        let (heard, uuid) = try await DaemonProcess.run(place) { daemon in
            var heartbeat = WireHeartbeat(host: "h", binary: "b")
            heartbeat.incarnation = "one"
            for sequence in 1...50 {
                heartbeat.sequence = Int64(sequence)
                _ = try await daemon.client.sendHeartbeat(heartbeat)
            }
            let service = try await daemon.client.service(named: name)
            // At once: the last ones still wait for their flush.
            daemon.process.send(SIGTERM)
            #expect(try await daemon.process.ended() == .exited(0))
            #expect(daemon.log.last?.message == "stopped")
            return (service.reportCount, service.uuid)
        }
        // What is shown is what is flushed.
        #expect(heard <= 50)
        try await DaemonProcess.run(place) { daemon in
            let service = try await daemon.client.service(uuid: uuid).value
            #expect(service.reportCount == 50 && service.incarnation == "one")
            // The record of the daemon is the new one's by now; that the old one left stands in the log.
            let own = try await eventually("the daemon's own record is up again") {
                () async throws -> [WireTransition]? in
                let log = try await daemon.client.transitions(since: 0).transitions
                let own = log.filter { $0.binary == "rollcalld" }
                return own.last?.to == .up ? own : nil
            }
            #expect(own.contains { $0.to == .down && $0.reason == .left }, "\(own)")
        }
    }

    @Test("an agent that is stopped has left, one whose child is killed has failed, one that is killed is missed")
    func agents() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place, .short) { daemon in
            let stopped = try Agent("stopped", daemon, place)
            let bereaved = try Agent("bereaved", daemon, place)
            let killed = try Agent("killed", daemon, place)
            defer { for agent in [stopped, bereaved, killed] { agent.end() } }
            for agent in [stopped, bereaved, killed] {
                try await eventually("\(agent.host) is up") {
                    (try? await daemon.client.state(of: agent.name).state) == .up
                }
            }
            stopped.process.send(SIGTERM)
            #expect(try await stopped.process.ended() == .exited(0))
            kill(try await bereaved.child(), SIGKILL)
            #expect(try await bereaved.process.ended() == .exited(137))
            killed.process.send(SIGKILL)
            #expect(try await killed.process.ended() == .killed(SIGKILL))
            for agent in [stopped, bereaved, killed] {
                try await eventually("\(agent.host) is down") {
                    try await daemon.client.state(of: agent.name).state == .down
                }
            }

            try await expect(stopped, is: "left", at: daemon, place)
            try await expect(bereaved, is: "reported_failed", saying: "killed by signal 9", at: daemon, place)
            try await expect(killed, is: "heartbeat_missed", at: daemon, place)
            // Its child lives on: nobody told it anything.
            #expect(kill(try await killed.child(), 0) == 0)
        }
    }

    /// What an operator sees of it through the command line.
    private func expect(
        _ agent: Agent,
        is reason: String,
        saying words: String = "",
        at daemon: DaemonProcess,
        _ place: Workplace
    ) async throws {
        let service = [agent.host, "worker"]
        let explained = try await Programs.rollcall(["service", "explain"] + service, at: daemon, place)
        #expect(explained.ending == .exited(0) && explained.output.contains(reason))
        #expect(words.isEmpty || explained.output.contains(words), "\(explained.output)")
        print("explain \(agent.host):\n\(explained.output)")
        let history = try await Programs.rollcall(["service", "history"] + service + ["-f", "csv"], at: daemon, place)
        let lines = history.output.split(whereSeparator: \.isNewline)
        #expect(history.ending == .exited(0) && lines.count == 3, "\(history.output)")
        #expect(lines.contains { $0.contains("down") && $0.contains(reason) }, "\(history.output)")
        let isDown = try await Programs.rollcall(["service", "is-down"] + service, at: daemon, place)
        #expect(isDown.ending == .exited(0))
        let isUp = try await Programs.rollcall(["service", "is-up"] + service, at: daemon, place)
        #expect(isUp.ending == .exited(1))
    }

    /// An agent around a child that goes on until it is told not to.
    private struct Agent {
        let host: String
        let process: SpawnedProcess
        private let file: String

        var name: ServiceName { ServiceName(host: host, binary: "worker") }

        init(_ host: String, _ daemon: DaemonProcess, _ place: Workplace) throws {
            self.host = host
            file = place.file("child-of-\(host)")
            let script = "echo $$ > \(file).new; mv \(file).new \(file); while :; do sleep 0.05; done"
            process = try Programs.start(
                ["agent", "--host", host, "--binary", "worker", "--", "/bin/sh", "-c", script],
                at: daemon,
                place
            )
        }

        func child() async throws -> pid_t {
            try await eventually("the child of \(host) has started") {
                let text = try? String(contentsOfFile: file, encoding: .utf8)
                return text.flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
            }
        }

        /// Ends it and its child, which does not end with an agent that is killed.
        func end() {
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            if let child = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)), isOurs(child) {
                kill(child, SIGKILL)
            }
            process.end()
        }

        /// Whether that process still is the script, and not somebody who got its number since.
        private func isOurs(_ child: pid_t) -> Bool {
            (try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8))?.contains(file) == true
        }
    }
}
