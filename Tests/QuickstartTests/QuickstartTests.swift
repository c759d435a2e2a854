import Foundation
import Subprocess
import Testing

@Suite("A newcomer's first command", .timeLimit(.minutes(3)))
struct QuickstartTests {
    @Test("it shows three services up, each down for its own reason, and leaves nothing behind")
    func once() async throws {
        try await Quickstart.run { quickstart in
            let ended = try await quickstart.run(["--once", "--debug"])

            #expect(ended.status == .exited(0), "\(ended.output)")
            let lines = ended.output.split(separator: "\n")
            for binary in ["web", "queue", "mail"] {
                #expect(lines.contains { $0.contains(" \(binary) ") && $0.contains(#/\bup +heartbeat\b/#) })
            }
            for (binary, reason) in [("web", "reported_failed"), ("queue", "heartbeat_missed"), ("mail", "left")] {
                let words = lines.map { $0.split(separator: " ").map(String.init) }
                #expect(words.contains { $0.contains(binary) && $0.contains("down") && $0.contains(reason) })
                #expect(words.contains { $0.starts(with: ["verdict", "down", reason]) })
            }
            #expect(ended.output.contains("killed by signal 9"))
            #expect(ended.leftovers == [])
        }
    }

    @Test("two at the same time do not meet")
    func twice() async throws {
        try await Quickstart.run { first in
            try await Quickstart.run { second in
                async let one = first.run(["--once"])
                async let other = second.run(["--once"])
                let (ended, otherEnded) = try await (one, other)
                #expect(ended.status == .exited(0) && otherEnded.status == .exited(0))
                #expect(ended.leftovers + otherEnded.leftovers == [])
            }
        }
    }

    @Test("it stays until Ctrl-C, and then leaves nothing behind")
    func stays() async throws {
        try await Quickstart.run { quickstart in
            let ended = try await quickstart.run([]) { line, process in
                if line.hasPrefix("Ctrl-C ends it") { kill(process, SIGINT) }
            }
            #expect(ended.status == .exited(0), "\(ended.output)")
            #expect(ended.output.contains(#/export ROLLCALL_ENDPOINT=http:\/\/127\.0\.0\.1:\d+ /#))
            #expect(ended.leftovers == [])
        }
    }

    @Test("a daemon that cannot start is a failure that says why and leaves nothing behind")
    func daemonFails() async throws {
        try await Quickstart.run { quickstart in
            let ended = try await quickstart.run(["--once"], daemon: "echo 'error: no room here' >&2; exit 3")

            #expect(ended.status == .exited(1))
            #expect(ended.output.contains("quickstart: rollcalld did not start"))
            #expect(ended.output.contains("no room here"))
            #expect(ended.leftovers == [])
        }
    }

    @Test("stopped while it waits, it leaves nothing behind", arguments: [SIGINT, SIGTERM, SIGHUP])
    func stopped(signal: Int32) async throws {
        try await Quickstart.run { quickstart in
            let ended = try await quickstart.run(["--once"], daemon: "exec sleep 3600") { line, process in
                // As a terminal does, Ctrl-C reaches what it runs as well: bash may pass over one of its own that comes just as
                // a command of it ends in order.
                if line.hasPrefix("Rollcall on") { kill(signal == SIGINT ? -process : process, signal) }
            }
            #expect(ended.status == .exited(128 + signal), "\(ended.output)")
            #expect(ended.leftovers == [])
        }
    }

    @Test("a flag that does not exist is a usage error")
    func usage() async throws {
        try await Quickstart.run { quickstart in
            let ended = try await quickstart.run(["--twice"])
            #expect(ended.status == .exited(64))
            #expect(ended.output.contains("usage: Config/quickstart"))
        }
    }
}
