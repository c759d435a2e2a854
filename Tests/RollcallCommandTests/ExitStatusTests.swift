import RollcallCommand
import StubDaemon
import Testing

@Suite("Exit statuses", .timeLimit(.minutes(1)))
struct ExitStatusTests {
    private func status(_ arguments: [String], _ answer: @escaping StubDaemon.Answer) async throws -> Int32 {
        try await StubDaemon.run(answering: answer) { stub in
            await CapturedConsole.run(arguments, environment: ["ROLLCALL_ENDPOINT": stub.url]).status
        }
    }

    private static func state(_ state: String, _ reason: String) -> StubDaemon.Answer {
        { _ in StubReply(#"{"state":"\#(state)","reason":"\#(reason)","age":1}"#) }
    }

    @Test(
        "is-up tells up, down and unknown apart; is-down is 0 only for an earned or forced down",
        arguments: [
            ("up", "heartbeat", 0, 1), ("up", "session", 0, 1), ("down", "heartbeat_missed", 1, 0),
            ("down", "left", 1, 0), ("down", "reported_failed", 1, 0), ("down", "forced_down", 1, 0),
            ("down", "session_expired", 1, 0), ("down", "of_a_later_version", 1, 2), ("down", "starting", 1, 2),
            ("unknown", "mass_failure", 2, 2), ("unknown", "starting", 2, 2), ("resting", "tired", 2, 2),
        ] as [(String, String, Int32, Int32)]
    )
    func questions(state: String, reason: String, isUp: Int32, isDown: Int32) async throws {
        let answer = Self.state(state, reason)
        #expect(try await status(["service", "is-up", "h", "b"], answer) == isUp)
        #expect(try await status(["service", "is-down", "h", "b"], answer) == isDown)
    }

    @Test("is-up passes on how unknown is to be read")
    func unknownAs() async throws {
        try await StubDaemon.run(answering: Self.state("up", "heartbeat")) { stub in
            let arguments = ["service", "is-up", "h", "b", "--unknown-as", "last"]
            _ = await CapturedConsole.run(arguments, environment: ["ROLLCALL_ENDPOINT": stub.url])
            #expect(stub.requests.map(\.line) == ["GET /v1/services/h/b/state?unknown_as=last"])
        }
    }

    @Test(
        "refusals have the statuses of the contract",
        arguments: [
            (400, "malformed", 1), (401, "unauthorized", 5), (403, "forbidden", 5), (404, "no_such_service", 3),
            (404, "not_found", 4),
            (409, "already_exists", 1), (500, "internal", 1), (503, "driver_lost", 4),
        ] as [(Int, String, Int32)]
    )
    func refusals(code: Int, word: String, expected: Int32) async throws {
        for command in [["service", "create", "h", "b"], ["service", "is-down", "h", "b"], ["heartbeat", "h", "b"]] {
            #expect(try await status(command, { _ in .error(code, word) }) == expected)
        }
    }

    @Test("no endpoint answering is 4, for every command that asks")
    func noAnswer() async throws {
        let gone = StubDaemon.nobody
        for command in [
            ["service", "list"], ["service", "show", "h", "b"], ["service", "explain", "h", "b"],
            ["service", "history", "h", "b"], ["service", "is-up", "h", "b"], ["service", "is-down", "h", "b"],
            ["service", "create", "h", "b"], ["service", "set", "h", "b", "--up"], ["service", "delete", "h", "b"],
            ["host", "show", "h"], ["group", "list"], ["version", "show", "b"], ["daemon", "list"],
            ["brake", "status"], ["brake", "release"],
            ["driver", "status"], ["driver", "disagreements"], ["driver", "switch", "memcached"],
            ["heartbeat", "h", "b"],
        ] {
            let result = await CapturedConsole.run(command, environment: ["ROLLCALL_ENDPOINT": gone])
            #expect(result.status == 4, "\(command)")
            #expect(result.output.isEmpty)
            #expect(result.messages.contains(gone))
        }
    }

    @Test("no such service is 3")
    func noSuchService() async throws {
        for command in [
            ["service", "show", "nobody", "b"], ["service", "explain", "nobody", "b"],
            ["service", "history", "nobody", "b"], ["service", "set", "nobody", "b", "--up"],
            ["service", "delete", "nobody", "b"], ["host", "show", "nobody"],
            ["service", "set", "--host", "nobody", "--up", "--yes"],
        ] {
            #expect(try await status(command, StubFleet.answer) == 3, "\(command)")
        }
    }

    @Test(
        "wrong usage is 64 and asks nobody",
        arguments: [
            ["nonsense"], ["service", "list", "--nonsense"], ["service", "list", "-f", "xml"],
            ["service", "list", "--state", "dead"], ["version", "show", "b", "--state", "UP"],
            ["service", "show", "h"], ["service", "set", "h", "b"], ["service", "set", "--enable"],
            ["service", "set", "h", "--enable"], ["service", "set", "h", "b", "--enable", "--disable"],
            ["service", "set", "h", "b", "--up", "--down"], ["service", "set", "h", "b", "--until", "2h"],
            ["service", "set", "h", "b", "--down", "--until", "tomorrow"],
            ["service", "set", "h", "b", "--zone", "z", "--enable"],
            ["service", "is-up", "h", "b", "--unknown-as", "maybe"],
            ["service", "create", "h", "b", "--disable-reason", "r"], ["heartbeat", "h", "b", "--interval", "10"],
            ["heartbeat", "h", "b", "--version", "x"], ["heartbeat", "h", "b", "--version", "-1"],
            ["heartbeat", "h", "b", "--interval", "2h"], ["agent"], ["agent", "--binary", "b", "--direct"],
            ["agent", "--binary", "b", "--on-forced-down"], ["agent", "--binary", "b", "stray"],
            ["group", "list", "--endpoint", "ftp://h"], ["watch", "--count", "0"],
            ["version", "wait", "b"], ["version", "wait", "b", "--at-least", "-1"],
            ["version", "wait", "b", "--at-least", "1", "--timeout", "soon"],
            ["version", "wait", "b", "--at-least", "1", "--state", "down"],
        ]
    )
    func usage(arguments: [String]) async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let result = await CapturedConsole.run(arguments, environment: ["ROLLCALL_ENDPOINT": stub.url])
            #expect(result.status == 64)
            #expect(result.output.isEmpty)
            #expect(!result.messages.isEmpty)
            #expect(stub.requests.isEmpty)
        }
    }

    @Test(
        "a back end to go to directly must be one, and be named as servers are",
        arguments: [
            ([], "no back end is named"), (["--zookeeper", "a:1", "--memcached", "b:2"], "two back ends"),
            (["--zookeeper", "a"], "\"a\" is no server"), (["--memcached", ","], "no server is named"),
            (["--zookeeper", "a:1", "--zookeeper-prefix", "x"], "\"x\" is no path"),
            (["--zookeeper", "a:1", "--zookeeper-session-timeout", "1ms"], "expected 1s to 10m"),
            (["--zookeeper", "a:1", "--zookeeper-digest-file", "/nonexistent"], "/nonexistent cannot be read"),
        ]
    )
    func directly(options: [String], words: String) async {
        let result = await CapturedConsole.run(["agent", "--binary", "b", "--direct"] + options)
        #expect(result.status == 64 && result.messages.contains(words), "\(result.messages)")
    }

    @Test("a column that there is not is 64, and says which there are")
    func columns() async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let result = await CapturedConsole.run(
                ["service", "list", "-c", "nope"],
                environment: ["ROLLCALL_ENDPOINT": stub.url]
            )
            #expect(result.status == 64)
            #expect(result.messages.contains("state_reason"))
        }
    }

    @Test(
        "help is 0 on standard output, with examples",
        arguments: [
            ["service", "list"], ["service", "show"], ["service", "explain"], ["service", "history"],
            ["service", "is-up"],
            ["service", "is-down"], ["service", "create"], ["service", "set"], ["service", "delete"], ["host", "show"],
            ["group", "list"], ["version", "show"], ["daemon", "list"], ["brake", "status"],
            ["brake", "release"], ["watch"], ["heartbeat"], ["agent"], [],
        ]
    )
    func help(command: [String]) async {
        let result = await CapturedConsole.run(command + ["--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("EXAMPLES"))
        // Lines that a terminal's width breaks cannot be copied: each is a command, goes on one, or is indented further.
        let examples = result.output.split(separator: "EXAMPLES\n", maxSplits: 1).last ?? ""
        for line in examples.split(separator: "\n\n").first?.split(separator: "\n") ?? [] {
            #expect(line.hasPrefix("  ") && line.count < 80, "\(line)")
        }
        #expect(result.output.contains((["rollcall"] + command).joined(separator: " ")))
        #expect(result.messages.isEmpty)
    }

    @Test("the release is shown")
    func release() async {
        let result = await CapturedConsole.run(["--version"])
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("rollcall "))
    }
}
