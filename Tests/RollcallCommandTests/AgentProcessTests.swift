import Foundation
import Glibc
import StubDaemon
import Subprocess
import Testing

@Suite("The agent as a process", .timeLimit(.minutes(2)))
struct AgentProcessTests {
    /// A directory for one test, gone afterwards.
    private func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rollcall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder.path)
    }

    private static let entry = StubReply(
        #"""
        {"index":0,"host":"h","binary":"b","worker":"","uuid":"u","incarnation_number":1,"state":"up",
        "state_reason":"heartbeat","status":"enabled","report_interval":60,"next_report_in":0.1,"deadline_in":60}
        """#
    )
    private static let answer: StubDaemon.Answer = { $0.method == "PUT" ? entry : .nothing }

    /// An agent around a shell script that says it is ready by writing its process number to `FOLDER/pid`; the agent
    /// beats from then on.
    private func arguments(_ stub: StubDaemon, _ folder: String, script: String) -> [String] {
        [
            "agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s",
            "--check", "test -e \(folder)/pid", "--check-interval", "20ms", "--", "/bin/sh", "-c",
            "\(script); echo $$ > \(folder)/new; mv \(folder)/new \(folder)/pid; while :; do sleep 0.05; done",
        ]
    }

    private func child(_ folder: String) throws -> pid_t {
        let text = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
        return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    private func lives(_ process: pid_t) -> Bool { kill(process, 0) == 0 }

    @Test("a child that exits by itself is reported failed with its status, which is the agent's")
    func exits() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            let agent = ["agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s"]
            let ended = try await BuiltProgram.run(agent + ["--", "sh", "-c", "sleep 0.3; exit 3"])
            #expect(ended.status == .exited(3))
            let last = try #require(stub.requests.last)
            #expect(last.method == "DELETE")
            #expect(last.target.contains("reason=failed&message=exited%20with%20status%203"))
            #expect(ended.output.isEmpty)
        }
    }

    @Test("a child that is killed is reported failed with the signal")
    func killed() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let ended = try await BuiltProgram.run(arguments(stub, folder, script: "true")) { _ in
                    await stub.wait(forRequests: 2)
                    kill(try child(folder), SIGKILL)
                }
                #expect(ended.status == .exited(137))
                #expect(stub.requests.last?.target.contains("reason=failed&message=killed%20by%20signal%209") == true)
            }
        }
    }

    @Test("a stopped agent passes the signal on, waits for its child, and leaves", arguments: [SIGTERM, SIGINT])
    func stopped(signal: Int32) async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let script = "trap 'echo stopped > \(folder)/stopped; exit 7' TERM INT"
                let ended = try await BuiltProgram.run(arguments(stub, folder, script: script)) { agent in
                    await stub.wait(forRequests: 2)
                    kill(agent, signal)
                }
                #expect(ended.status == .exited(0))
                #expect(FileManager.default.fileExists(atPath: folder + "/stopped"))
                let child = try self.child(folder)
                #expect(!lives(child))
                let last = try #require(stub.requests.last)
                #expect(last.method == "DELETE")
                #expect(last.target.hasSuffix("reason=left"))
                let incarnations = Set(stub.requests.dropLast().map { $0.body.contains("incarnation") })
                #expect(incarnations == [true])
            }
        }
    }

    @Test("an agent killed with SIGKILL leaves its child alone and says nothing")
    func agentKilled() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let ended = try await BuiltProgram.run(
                    arguments(stub, folder, script: "exec >/dev/null 2>&1")
                ) { agent in
                    await stub.wait(forRequests: 2)
                    kill(agent, SIGKILL)
                }
                #expect(ended.status == .signaled(SIGKILL))
                let child = try self.child(folder)
                #expect(lives(child))
                kill(child, SIGKILL)
                #expect(stub.requests.allSatisfy { $0.method == "PUT" })
            }
        }
    }

    @Test("a replaced agent says so, beats on slowly, and leaves its child and the service alone")
    func replaced() async throws {
        try await StubDaemon.run(replying: .error(409, "stale_incarnation", "replaced by another")) { stub in
            try await withFolder { folder in
                var arguments = self.arguments(stub, folder, script: "true")
                arguments.replace(["20s"], with: ["1s"])
                let ended = try await BuiltProgram.run(arguments) { agent in
                    await stub.wait(forRequests: 2)
                    let child = try self.child(folder)
                    #expect(lives(child))
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                #expect(ended.messages.contains("replaced by another (stale_incarnation)"))
                #expect(stub.requests.allSatisfy { $0.method == "PUT" })
                let child = try self.child(folder)
                #expect(!lives(child))
            }
        }
    }

    @Test("a check that fails is reported, and beats begin again when it passes")
    func check() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                try Data().write(to: URL(filePath: folder + "/well"))
                let ended = try await BuiltProgram.run([
                    "agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s",
                    "--check", "test -e \(folder)/well", "--check-interval", "20ms",
                ]) { agent in
                    await stub.wait(forRequests: 2)
                    try FileManager.default.removeItem(atPath: folder + "/well")
                    await stub.wait { $0.method == "DELETE" }
                    let count = stub.requests.count
                    try Data().write(to: URL(filePath: folder + "/well"))
                    await stub.wait(forRequests: count + 1)
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                let methods = stub.requests.map(\.method)
                #expect(methods.count { $0 == "DELETE" } == 2)
                let report = try #require(stub.requests.first { $0.method == "DELETE" })
                #expect(report.target.contains("reason=failed"))
                #expect(report.target.contains("exited%20with%20status%201"))
                let failed = try #require(methods.firstIndex(of: "DELETE"))
                #expect(methods[failed + 1] == "PUT")
            }
        }
    }

    @Test("HTTP and pid file checks pass for what lives, and hold the beat for what does not")
    func otherChecks() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                try "\(getpid())\n".write(toFile: folder + "/ours", atomically: true, encoding: .utf8)
                let agent = ["agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--check-interval", "1s"]
                let well = ["--check-pidfile", folder + "/ours", "--check-http", stub.url + "/well"]
                let ended = try await BuiltProgram.run(agent + well) { agent in
                    await stub.wait { $0.method == "PUT" }
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                #expect(stub.requests.contains { $0.line == "GET /well" })
            }
        }
        try await StubDaemon.run(replying: .error(500, "internal")) { stub in
            let agent = ["agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--check-interval", "50ms"]
            let ill = ["--check-pidfile", "/nonexistent/pid", "--check-http", stub.url + "/ill"]
            let ended = try await BuiltProgram.run(agent + ill) { agent in
                await stub.wait(forRequests: 3)
                kill(agent, SIGTERM)
            }
            #expect(ended.status == .exited(0))
            #expect(stub.requests.allSatisfy { $0.method == "GET" })
            #expect(ended.messages.contains("/nonexistent/pid cannot be read"))
            #expect(ended.messages.contains("answered with status 500"))
        }
    }

    @Test("a check that hangs delays no beat, and has failed when its time is over")
    func slowCheck() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                // Passes once; from then on it hangs.
                let check = "test -e \(folder)/again && sleep 600; touch \(folder)/again"
                let ended = try await BuiltProgram.run([
                    "agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s",
                    "--check", check, "--check-interval", "10ms", "--check-timeout", "2s",
                ]) { agent in
                    await stub.wait { $0.target.contains("reason=failed") }
                    kill(agent, SIGTERM)
                }
                #expect(ended.messages.contains("did not end within 2.0 seconds"))
                // Two seconds of a hanging check are many beats at ten a second.
                #expect(stub.requests.count { $0.method == "PUT" } >= 5)
            }
        }
    }

    @Test("a child that cannot be started is 127, and nobody hears of it")
    func cannotStart() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            for name in ["no-such-program", "/no/such/program"] {
                let ended = try await BuiltProgram.run(
                    ["agent", "--endpoint", stub.url, "--binary", "b", "--", name]
                )
                #expect(ended.status == .exited(127))
                #expect(ended.messages.contains("cannot be started"))
            }
            #expect(stub.requests.isEmpty)
        }
    }

    @Test("systemd hears that it is ready, how it is, and that it stops; its child hears nothing of systemd")
    func systemd() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let socket = try NotifySocket(path: folder + "/notify")
                let environment = ["NOTIFY_SOCKET": folder + "/notify", "WATCHDOG_USEC": "60000000"]
                let script = "test -z \"$NOTIFY_SOCKET$WATCHDOG_USEC\" || exit 1"
                let ended = try await BuiltProgram.run(
                    arguments(stub, folder, script: script),
                    environment: environment
                ) { agent in
                    await stub.wait(forRequests: 2)
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                let messages = socket.received()
                #expect(messages.contains("READY=1"))
                #expect(messages.contains("WATCHDOG=1"))
                #expect(messages.contains { $0.hasPrefix("STATUS=up (heartbeat)") })
                #expect(messages.contains("STOPPING=1"))
            }
        }
    }
}
