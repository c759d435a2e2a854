import StubDaemon
import Testing

@Suite("Editing", .timeLimit(.minutes(1)))
struct EditTests {
    private func bodies(_ arguments: [String], typing line: String? = nil) async throws -> (Int32, [String], String) {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let result = await CapturedConsole.run(
                arguments,
                environment: ["ROLLCALL_ENDPOINT": stub.url],
                typing: line
            )
            let edits = stub.requests.filter { $0.method != "GET" }
            return (result.status, edits.map { "\($0.line) \($0.body)" }, result.messages)
        }
    }

    private static let one = "PATCH /v1/services/\(StubFleet.uuids[0])"

    @Test(
        "each flag changes its field and nothing else",
        arguments: [
            (["--enable"], #"{"status":"enabled"}"#), (["--disable"], #"{"status":"disabled"}"#),
            (["--disable-reason", "disk"], #"{"disabled_reason":"disk"}"#), (["--down"], #"{"forced_down":true}"#),
            (["--up"], #"{"forced_down":false}"#), (["--assign-zone", "z"], #"{"zone":"z"}"#),
            (["--clear-zone"], #"{"zone":null}"#),
        ]
    )
    func flags(flags: [String], body: String) async throws {
        let (status, edits, _) = try await bodies(["service", "set", "node1", "nova-compute"] + flags)
        #expect(status == 0)
        #expect(edits == ["\(Self.one) \(body)"])
    }

    @Test(
        "forcing down ends at an instant or after a time",
        arguments: [
            ("2h", #""forced_down_until":7200"#),
            ("2026-12-01T00:00:00Z", #""forced_down_until":"2026-12-01T00:00:00.000000Z""#),
        ]
    )
    func until(text: String, field: String) async throws {
        let arguments = ["service", "set", "node1", "nova-compute", "--down", "--reason", "r", "--until", text]
        let (status, edits, _) = try await bodies(arguments)
        #expect(status == 0)
        #expect(edits.count == 1)
        #expect(edits.first?.contains(field) == true)
        #expect(edits.first?.contains(#""forced_down_reason":"r""#) == true)
    }

    @Test("many at once says how many and changes none without a yes", arguments: [nil, "", "n", "no", "yep"])
    func many(typed: String?) async throws {
        let (status, edits, messages) = try await bodies(
            ["service", "set", "--zone", "az1", "--disable"],
            typing: typed
        )
        #expect(status == 1)
        #expect(edits.isEmpty)
        #expect(messages.contains("2 services match"))
    }

    @Test("many at once changes each after a yes", arguments: ["y", "Yes", "YES"])
    func manyAgreed(typed: String) async throws {
        let (status, edits, _) = try await bodies(["service", "set", "--zone", "az1", "--disable"], typing: typed)
        #expect(status == 0)
        #expect(edits.count == 2)
    }

    @Test("when some of many are refused, the rest is changed and the refusals are told")
    func someRefused() async throws {
        let answer: StubDaemon.Answer = { request in
            request.method == "PATCH" && request.path.hasSuffix(StubFleet.uuids[0])
                ? .error(409, "edit_conflict", "edited meanwhile") : try await StubFleet.answer(request)
        }
        try await StubDaemon.run(answering: answer) { stub in
            let result = await CapturedConsole.run(
                ["service", "set", "--zone", "az1", "--disable", "--yes", "-f", "json"],
                environment: ["ROLLCALL_ENDPOINT": stub.url]
            )
            #expect(result.status == 1)
            #expect(stub.requests.count { $0.method == "PATCH" } == 2)
            #expect(result.messages.contains("edited meanwhile"))
            #expect(result.messages.contains("1 of 2 changed"))
        }
    }

    @Test("create, delete and heartbeat send what was typed")
    func others() async throws {
        var sent = try await bodies([
            "service", "create", "h", "b", "--topic", "t", "--zone", "z", "--disabled", "--disable-reason", "new",
        ]).1
        #expect(sent.first?.hasPrefix("POST /v1/services {") == true)
        for field in [
            #""host":"h""#, #""topic":"t""#, #""zone":"z""#, #""status":"disabled""#, #""disabled_reason":"new""#,
        ] {
            #expect(sent.first?.contains(field) == true)
        }
        sent = try await bodies(["service", "delete", "node1", "nova-compute"]).1
        #expect(sent == ["DELETE /v1/services/\(StubFleet.uuids[0]) "])
        sent = try await bodies(["heartbeat", "h", "b", "--version", "3", "--interval", "500ms", "--durable"]).1
        #expect(sent.first?.hasPrefix("PUT /v1/services/h/b/heartbeat {") == true)
        for field in [#""version":3"#, #""report_interval":0.5"#, #""durable":true"#] {
            #expect(sent.first?.contains(field) == true)
        }
    }
}
