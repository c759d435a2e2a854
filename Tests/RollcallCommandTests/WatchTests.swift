import RollcallWire
import StubDaemon
import Synchronization
import Testing

@Suite("Watching", .timeLimit(.minutes(1)))
struct WatchTests {
    private static func transitions(_ revisions: ClosedRange<Int64>, _ logID: String = "l") throws -> StubReply {
        let entries = revisions.map { revision in
            var entry = WireTransition(revision: revision, kind: .state, at: WireTime(microseconds: 0))
            entry.to = .down
            return entry
        }
        let reply = TransitionsReply(transitions: entries, revision: revisions.upperBound, logID: logID)
        return StubReply(String(decoding: try WireJSON.encode(reply), as: UTF8.self))
    }

    private static func unknown(_ bounds: RevisionUnknown) throws -> StubReply {
        let error = WireError(code: .revisionUnknown, message: "gone", detail: bounds.detail)
        return StubReply(status: 410, String(decoding: try WireJSON.encode(ErrorReply(error: error)), as: UTF8.self))
    }

    private static func services(_ revision: Int64, _ logID: String) -> StubReply {
        StubReply(#"{"services":[],"revision":\#(revision),"log_id":"\#(logID)","next_marker":null}"#)
    }

    @Test("each answer is asked on from where it ended, with the log it is of")
    func goesOn() async throws {
        let answer: StubDaemon.Answer = { request in
            if request.target.contains("since=3&") { return try Self.transitions(4...5) }
            if request.target.contains("since=5&") { return try Self.transitions(6...6) }
            return .error(500, "internal")
        }
        try await StubDaemon.run(answering: answer) { stub in
            let result = await CapturedConsole.run(
                ["watch", "--since", "3", "--count", "3", "-f", "value", "-c", "revision"],
                environment: ["ROLLCALL_ENDPOINT": stub.url]
            )
            #expect(result.status == 0)
            #expect(result.output == "4\n5\n6\n")
            #expect(stub.requests.last?.line == "GET /v1/transitions?since=5&log_id=l&wait=30.0")
        }
    }

    @Test("without a revision it begins with what happens next")
    func begins() async throws {
        let answer: StubDaemon.Answer = { request in
            request.path == "/v1/services" ? Self.services(7, "l") : try Self.transitions(8...8)
        }
        try await StubDaemon.run(answering: answer) { stub in
            let result = await CapturedConsole.run(
                ["watch", "--count", "1", "-f", "csv", "-c", "revision", "-c", "to"],
                environment: ["ROLLCALL_ENDPOINT": stub.url]
            )
            #expect(result.output == "revision,to\r\n8,down\r\n")
            #expect(stub.requests.last?.target.hasPrefix("/v1/transitions?since=7&log_id=l&") == true)
        }
    }

    @Test("a daemon that has not read as far is asked again; nothing is shown twice")
    func laggard() async throws {
        let asked = Mutex(0)
        let answer: StubDaemon.Answer = { request in
            if request.path == "/v1/services" { return Self.services(7, "l") }
            let count = asked.withLock { count in
                count += 1
                return count
            }
            return count == 1
                ? try Self.unknown(RevisionUnknown(oldest: 1, newest: 6, logID: "l")) : try Self.transitions(8...8)
        }
        try await StubDaemon.run(answering: answer) { stub in
            let result = await CapturedConsole.run(
                ["watch", "--count", "1", "-f", "value", "-c", "revision"],
                environment: ["ROLLCALL_ENDPOINT": stub.url]
            )
            #expect(result.output == "8\n")
            #expect(result.messages.isEmpty)
        }
    }

    @Test("when the log is another, it says so and goes on with what is new")
    func anotherLog() async throws {
        let lists = Mutex(0)
        let answer: StubDaemon.Answer = { request in
            if request.path == "/v1/services" {
                let isFirst = lists.withLock { count in
                    count += 1
                    return count == 1
                }
                return isFirst ? Self.services(7, "old") : Self.services(2, "new")
            }
            return request.target.contains("log_id=old")
                ? try Self.unknown(RevisionUnknown(oldest: 1, newest: 2, logID: "new"))
                : try Self.transitions(3...3, "new")
        }
        try await StubDaemon.run(answering: answer) { stub in
            let result = await CapturedConsole.run(
                ["watch", "--count", "1", "-f", "value", "-c", "revision"],
                environment: ["ROLLCALL_ENDPOINT": stub.url]
            )
            #expect(result.output == "3\n")
            #expect(result.messages.contains("going on with what is new"))
        }
    }

    @Test("a revision typed by the operator that the log does not hold is refused")
    func typedRevision() async throws {
        let answer: StubDaemon.Answer = { _ in try Self.unknown(RevisionUnknown(oldest: 5, newest: 9, logID: "l")) }
        try await StubDaemon.run(answering: answer) { stub in
            let result = await CapturedConsole.run(
                ["watch", "--since", "1"],
                environment: ["ROLLCALL_ENDPOINT": stub.url]
            )
            #expect(result.status == 1)
            #expect(result.messages.contains("gone"))
        }
    }

    @Test("a watched list is shown again after a change, until it is interrupted")
    func list() async throws {
        let changes = Mutex(0)
        let answer: StubDaemon.Answer = { request in
            guard request.path == "/v1/transitions" else { return try await StubFleet.answer(request) }
            let count = changes.withLock { count in
                count += 1
                return count
            }
            return count == 1 ? try Self.transitions(6...6) : .never
        }
        try await StubDaemon.run(answering: answer) { stub in
            let shown = await withTaskGroup(of: String.self) { group in
                group.addTask {
                    await CapturedConsole.run(
                        ["service", "list", "--watch", "-f", "value", "-c", "host"],
                        environment: ["ROLLCALL_ENDPOINT": stub.url]
                    ).output
                }
                // List, change, list, and a question that is still open.
                await stub.wait(forRequests: 4)
                group.cancelAll()
                return await group.next() ?? ""
            }
            #expect(shown == "node1\nnode2\nnode1\nnode2\n")
        }
    }
}
