import StubDaemon
import Testing

@testable import RollcallCommand

@Suite("What happened to a service", .timeLimit(.minutes(1)))
struct HistoryTests {
    private func history(folded: String, _ words: [String]) async throws -> (output: String, messages: String) {
        let row = """
            {"revision":9,"kind":"state","uuid":"u","host":"node1","binary":"nova-compute","topic":"t","zone":"z",\
            "from":"up","to":"down","reason":"heartbeat_missed","at":"2026-11-21T02:59:59Z"\(folded)}
            """
        let answer = { @Sendable (request: StubRequest) async throws -> StubReply in
            request.path.hasSuffix("/history")
                ? StubReply(#"{"transitions":[\#(row)]}"#) : try await StubFleet.answer(request)
        }
        return try await StubDaemon.run(answering: answer) { stub in
            let command = ["service", "history", "node1", "nova-compute", "-f", "value"] + words
            let result = await CapturedConsole.run(command, environment: ["ROLLCALL_ENDPOINT": stub.url])
            #expect(result.status == 0)
            return (result.output, result.messages)
        }
    }

    @Test("that changes were folded is said, and where is a column of its own")
    func folded() async throws {
        let said = try await history(folded: #","folded":2823"#, ["-c", "to", "-c", "folded"])
        #expect(said.output == "down 2823\n")
        #expect(said.messages.contains("2823 changes more were folded into these"))
    }

    @Test("where none were, nothing is said of it")
    func whole() async throws {
        let said = try await history(folded: "", ["-c", "to", "-c", "folded"])
        #expect(said.output == "down -\n" && said.messages.isEmpty)
    }
}
