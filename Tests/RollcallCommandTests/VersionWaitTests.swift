import RollcallWire
import StubDaemon
import Synchronization
import Testing

@Suite("Waiting for a version", .timeLimit(.minutes(1)))
struct VersionWaitTests {
    /// What a daemon says of these versions, held by hosts of those names.
    private static func versions(
        _ versions: [(host: String, version: Int64)],
        isDegraded: Bool = false
    ) throws
        -> StubReply
    {
        let lowest = versions.map(\.version).min()
        let counts = Set(versions.map(\.version)).sorted().map { version in
            VersionCount(version: version, count: versions.count { $0.version == version })
        }
        let holders = versions.filter { $0.version == lowest }.map {
            VersionHolder(uuid: "u", host: $0.host, state: .up)
        }
        let highest = versions.map(\.version).max()
        var reply = VersionsReply(binary: "b", min: lowest, max: highest, counts: counts, minimumHeldBy: holders)
        reply.isDegraded = isDegraded
        return StubReply(String(decoding: try WireJSON.encode(reply), as: UTF8.self))
    }

    /// Answers with one reply after the other; the last one goes on.
    private static func answering(_ replies: [StubReply]) -> StubDaemon.Answer {
        let left = Mutex(replies)
        return { _ in
            left.withLock { left in left.count > 1 ? left.removeFirst() : left.first ?? .error(500, "internal") }
        }
    }

    private struct Outcome {
        var status: Int32
        var messages: String
        var requests: [String]
    }

    private func wait(_ options: [String], _ replies: [StubReply]) async throws -> Outcome {
        try await StubDaemon.run(answering: Self.answering(replies)) { stub in
            let arguments = ["version", "wait", "b"] + options
            let result = await CapturedConsole.run(arguments, environment: ["ROLLCALL_ENDPOINT": stub.url])
            #expect(result.output.isEmpty)
            return Outcome(status: result.status, messages: result.messages, requests: stub.requests.map(\.line))
        }
    }

    @Test("it ends when the last old record is gone, and says before who holds it back")
    func waits() async throws {
        let outcome = try await wait(
            ["--at-least", "74"],
            [
                Self.versions([("old1", 66), ("old2", 66), ("old3", 70), ("new", 74)]),
                Self.versions([("old3", 70), ("new", 74)]), Self.versions([("new", 74), ("newer", 75)]),
            ]
        )
        #expect(outcome.status == 0)
        #expect(
            outcome.messages == "rollcall: waiting: 3 of 4 below 74; 66, the lowest, has old1 (up), old2 (up)\n"
        )
        #expect(outcome.requests == Array(repeating: "GET /v1/versions/b?limit=4", count: 3))
    }

    @Test("who is unknown may be up, and is waited for with those that are")
    func unknownMayBeUp() async throws {
        let outcome = try await wait(["--at-least", "74", "--state", "up"], [Self.versions([("new", 74)])])
        #expect(outcome.status == 0)
        #expect(outcome.requests == ["GET /v1/versions/b?state=up&state=unknown&limit=4"])
    }

    @Test("while nothing is counted it does not end")
    func nothingCounted() async throws {
        let outcome = try await wait(["--at-least", "0"], [Self.versions([]), Self.versions([("first", 0)])])
        #expect(outcome.status == 0 && outcome.requests.count == 2)
        #expect(outcome.messages.contains("no record of b is counted"))
    }

    @Test("a daemon that does not see what others write is not believed")
    func degraded() async throws {
        let outcome = try await wait(
            ["--at-least", "74"],
            [Self.versions([("new", 74)], isDegraded: true), Self.versions([("old", 66), ("new", 74)])]
                + [Self.versions([("new", 74)])]
        )
        #expect(outcome.status == 0 && outcome.requests.count == 3)
    }

    @Test(
        "it asks once at least, and at its time ends with 1, or with 4 where nobody answers",
        arguments: ["0s", "1ms"]
    )
    func timesOut(timeout: String) async throws {
        let late = try await wait(["--at-least", "74", "--timeout", timeout], [Self.versions([("old", 66)])])
        #expect(late.status == 1 && !late.requests.isEmpty)
        #expect(late.messages.contains("not in time: 1 of 1 below 74"))
        let nobody = await CapturedConsole.run(
            ["version", "wait", "b", "--at-least", "1", "--timeout", timeout],
            environment: ["ROLLCALL_ENDPOINT": StubDaemon.nobody]
        )
        #expect(nobody.status == 4)
    }

    @Test("what waiting does not mend ends it at once")
    func refused() async throws {
        let outcome = try await wait(["--at-least", "74"], [.error(403, "forbidden")])
        #expect(outcome.status == 5 && outcome.requests.count == 1)
    }
}
