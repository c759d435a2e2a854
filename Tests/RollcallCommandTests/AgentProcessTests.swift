import Foundation
import Glibc
import StubDaemon
import Subprocess
import Testing

@testable import RollcallCommand

@Suite("The agent as a process", .timeLimit(.minutes(2)))
struct AgentProcessTests {
    /// A directory for one test, gone afterwards.
    func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rollcall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder.path)
    }

    static let entry = StubReply(
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

    /// Waits until there is something in a file.
    func file(_ path: String) async throws {
        _ = try await Subprocess.run(
            .name("sh"),
            arguments: ["-c", "until test -s \"$0\"; do sleep 0.05; done", path],
            input: .none,
            output: .discarded,
            error: .discarded
        )
    }

    private func lives(_ process: pid_t) -> Bool { kill(process, 0) == 0 }

    @Test("a child that exits by itself is reported failed with its status, which is the agent's")
    func exits() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let agent = ["agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s"]
                let script = "until test -e \(folder)/go; do sleep 0.05; done; exit 3"
                let ended = try await BuiltProgram.run(agent + ["--", "sh", "-c", script]) { _ in
                    await stub.wait(forRequests: 1)
                    try Data().write(to: URL(filePath: folder + "/go"))
                }
                #expect(ended.status == .exited(3))
                let last = try #require(stub.requests.last)
                #expect(last.method == "DELETE")
                #expect(last.target.contains("reason=failed&message=exited%20with%20status%203"))
                #expect(ended.output.isEmpty)
            }
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
                let last = try #require(stub.requests.last)
                #expect(last.target.contains("reason=failed&message=killed%20by%20signal%209"))
                #expect(ended.messages.contains("the child ended: killed by signal 9"))
            }
        }
    }

    @Test(
        "a stopped agent passes the signal on, waits for its child, and leaves",
        arguments: [SIGTERM, SIGINT, SIGHUP]
    )
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

    @Test("a child that the terminal interrupts together with the agent is interrupted once")
    func interruptedByTerminal() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let script = """
                    cd \(folder); trap 'echo int >> signals' INT; trap 'echo term >> signals; exit' TERM
                    """
                let terminal = try Terminal()
                let ended = try await BuiltProgram.run(
                    arguments(stub, folder, script: script),
                    terminal: terminal
                ) { agent in
                    await stub.wait(forRequests: 2)
                    // The agent may not act before the child has heard the terminal: two signals at once are one.
                    kill(agent, SIGSTOP)
                    terminal.pressControlC()
                    try await file(folder + "/signals")
                    // It takes them in their order: when it passes this one on, it is done with the other.
                    kill(agent, SIGTERM)
                    kill(agent, SIGCONT)
                }
                #expect(ended.status == .exited(0))
                let signals = try String(contentsOfFile: folder + "/signals", encoding: .utf8)
                #expect(signals == "int\nterm\n")
                #expect(stub.requests.last?.target.hasSuffix("reason=left") == true)
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
                defer { kill(child, SIGKILL) }
                #expect(lives(child))
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
                let messages = Messages()
                let ended = try await BuiltProgram.run(arguments, messages: messages) { agent in
                    // That two beats went out does not mean that an answer came back: only one who knows that it was
                    // replaced says nothing at the end.
                    await messages.wait(for: "replaced by another (stale_incarnation)")
                    let count = stub.requests.count
                    await stub.wait(forRequests: count + 1)
                    let child = try self.child(folder)
                    #expect(lives(child))
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
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
                    try Data().write(to: URL(filePath: folder + "/well"))
                    await stub.wait(until: { requests in
                        requests.last?.method == "PUT" && requests.contains { $0.method == "DELETE" }
                    })
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                #expect(stub.requests.last?.target.hasSuffix("reason=left") == true)
                let report = try #require(stub.requests.first { $0.method == "DELETE" })
                #expect(report.target.contains("reason=failed"))
                #expect(report.target.contains("exited%20with%20status%201"))
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

    /// An agent with one check, which passes until `FOLDER/hang` exists and then writes its process number to
    /// `FOLDER/pid` and hangs.
    private func hangingCheck(_ stub: StubDaemon, _ folder: String, timeout: String) -> [String] {
        let check = "test -e \(folder)/hang || exit 0; echo $$ > \(folder)/pid; exec sleep 600"
        return [
            "agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s",
            "--check", check, "--check-interval", "10ms", "--check-timeout", timeout,
        ]
    }

    @Test("a check that hangs delays no beat, and ends with the agent")
    func slowCheck() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let ended = try await BuiltProgram.run(hangingCheck(stub, folder, timeout: "10m")) { agent in
                    await stub.wait(forRequests: 1)
                    try Data().write(to: URL(filePath: folder + "/hang"))
                    try await file(folder + "/pid")
                    await stub.wait(forRequests: stub.requests.count + 5)
                    #expect(lives(try child(folder)))
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                #expect(stub.requests.dropLast().allSatisfy { $0.method == "PUT" })
                #expect(!lives(try child(folder)))
            }
        }
    }

    @Test("a check that hangs has failed when its time is over")
    func lateCheck() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let ended = try await BuiltProgram.run(hangingCheck(stub, folder, timeout: "1s")) { agent in
                    await stub.wait(forRequests: 1)
                    try Data().write(to: URL(filePath: folder + "/hang"))
                    await stub.wait { $0.target.contains("reason=failed") }
                    kill(agent, SIGTERM)
                }
                #expect(ended.messages.contains("did not end within 1.0 seconds"))
            }
        }
    }

    @Test("a child that ignores being stopped is killed when its time is over, and the agent leaves")
    func stubbornChild() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                var arguments = self.arguments(stub, folder, script: "trap '' TERM")
                arguments.insert(contentsOf: ["--stop-timeout", "100ms"], at: 1)
                let ended = try await BuiltProgram.run(arguments) { agent in
                    await stub.wait(forRequests: 2)
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                #expect(ended.messages.contains("the child did not end within 0.1 seconds: it is killed"))
                #expect(!lives(try child(folder)))
                #expect(stub.requests.last?.target.hasSuffix("reason=left") == true)
            }
        }
    }

    @Test("a child that cannot be killed is not waited for once it is abandoned")
    func abandonedChild() async throws {
        try await withFolder { folder in
            let child = ChildProcess(command: ["sh", "-c", "echo $$ > \(folder)/pid; exec sleep 600 >/dev/null 2>&1"])
            async let ending = child.run {}
            try await file(folder + "/pid")
            child.abandon()
            #expect(try await ending == .abandoned)
            let process = try self.child(folder)
            #expect(lives(process))
            kill(process, SIGKILL)
        }
    }

    @Test("a check that ignores being stopped ends with the agent")
    func stubbornCheck() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let check = """
                    trap '' TERM; test -e \(folder)/hang || exit 0
                    echo $$ > \(folder)/new; mv \(folder)/new \(folder)/pid; while :; do sleep 0.05; done
                    """
                let ended = try await BuiltProgram.run([
                    "agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s",
                    "--check", check, "--check-interval", "10ms", "--check-timeout", "10m",
                ]) { agent in
                    await stub.wait(forRequests: 1)
                    try Data().write(to: URL(filePath: folder + "/hang"))
                    try await file(folder + "/pid")
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                #expect(stub.requests.last?.target.hasSuffix("reason=left") == true)
                #expect(!lives(try child(folder)))
            }
        }
    }

    @Test("a check that does not even end when it is killed keeps no agent from its end", arguments: [true, false])
    func endlessWork(throwing: Bool) async throws {
        struct Oops: Error {}
        let never = FirstAnswer<Void>()
        let value = try? await Abandoning.doing(
            { await never.value() },
            within: .milliseconds(1),
            while: {
                if throwing { throw Oops() }
                return 7
            }
        )
        #expect(value == (throwing ? nil : 7))
        never.give(())
    }

    @Test("standard error that nobody reads delays no beat, and keeps no agent from its end")
    func unreadMessages() async throws {
        try await StubDaemon.run(answering: Self.answer) { stub in
            try await withFolder { folder in
                let pipe = folder + "/messages"
                try #require(mkfifo(pipe, 0o600) == 0)
                let reader = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC)
                try #require(reader >= 0)
                defer { close(reader) }
                while write(reader, [UInt8](repeating: 10, count: 512), 512) > 0 {}
                let ended = try await BuiltProgram.run(
                    ["agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s"],
                    shell: "exec \"$@\" 2>\(pipe)"
                ) { agent in
                    await stub.wait(forRequests: 5)
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                #expect(stub.requests.last?.target.hasSuffix("reason=left") == true)
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
                let script = "test -z \"$NOTIFY_SOCKET$WATCHDOG_USEC$WATCHDOG_PID\" || exit 1"
                let ended = try await BuiltProgram.run(
                    arguments(stub, folder, script: script),
                    environment: environment
                ) { agent in
                    let messages = await socket.received(until: "READY=1")
                    #expect(messages.contains { $0.hasPrefix("STATUS=up (heartbeat)") })
                    #expect(messages.contains("WATCHDOG=1"))
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                #expect(socket.received().contains("STOPPING=1"))
            }
        }
    }
}
