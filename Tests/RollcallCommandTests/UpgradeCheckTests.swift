import RollcallWire
import StubDaemon
import Testing

@Suite("Checking an upgrade", .timeLimit(.minutes(1)))
struct UpgradeCheckTests {
    private struct Outcome {
        var status: Int32
        var lines: [String]
        var messages: String
    }

    private static func daemon(
        _ id: String,
        _ release: String,
        phase: String = "new",
        seen: Int64 = 0
    ) -> WireDaemon {
        var daemon = WireDaemon(id: id, host: "host-\(id)", release: release)
        daemon.phaseSeen = phase
        daemon.lastSeen = WireTime(microseconds: 1_764_000_000_000_000 + seen * 1_000_000)
        return daemon
    }

    private static func versions(_ counts: [(Int64, Int)], degraded: Bool = false) -> VersionsReply {
        var holder = VersionHolder(uuid: "u", host: "old1", state: .down)
        holder.since = WireTime(microseconds: 0)
        var reply = VersionsReply(
            binary: "b",
            min: counts.map(\.0).min(),
            max: counts.map(\.0).max(),
            counts: counts.map { VersionCount(version: $0.0, count: $0.1) },
            minimumHeldBy: counts.isEmpty ? [] : [holder]
        )
        reply.isDegraded = degraded
        return reply
    }

    private func check(
        _ options: [String],
        _ daemons: [WireDaemon],
        _ versions: VersionsReply = Self.versions([(74, 2)])
    ) async throws -> Outcome {
        let daemons = StubReply(String(decoding: try WireJSON.encode(DaemonsReply(daemons: daemons)), as: UTF8.self))
        let versions = StubReply(String(decoding: try WireJSON.encode(versions), as: UTF8.self))
        let answer: StubDaemon.Answer = { $0.line.contains("/v1/daemons") ? daemons : versions }
        return try await StubDaemon.run(answering: answer) { stub in
            let arguments = ["upgrade", "check", "-f", "value"] + options
            let result = await CapturedConsole.run(arguments, environment: ["ROLLCALL_ENDPOINT": stub.url])
            return Outcome(
                status: result.status,
                lines: result.output.split(separator: "\n").map(String.init),
                messages: result.messages
            )
        }
    }

    @Test("daemons of one release in the last phase are ready")
    func ready() async throws {
        let outcome = try await check([], [Self.daemon("a", "2"), Self.daemon("b", "2")])
        #expect(outcome.status == 0)
        #expect(outcome.lines.count == 2 && outcome.lines.allSatisfy { $0.contains("Success") })
    }

    @Test("two neighbouring releases and the phase between them are warnings that name who is behind")
    func mixed() async throws {
        let outcome = try await check([], [Self.daemon("a", "1", phase: "both"), Self.daemon("b", "2", phase: "both")])
        #expect(outcome.status == 1)
        #expect(outcome.lines.first?.contains("a on host-a is of 1") == true)
        #expect(outcome.lines.last?.contains("rollcalld db check") == true)
    }

    @Test("releases further apart are not ready; who left, was retired or not seen for a day does not count")
    func apart() async throws {
        let old = Self.daemon("a", "1")
        #expect(try await check([], [old, Self.daemon("b", "3")]).status == 2)
        var left = old
        left.leftAt = WireTime(microseconds: 1)
        var retired = old
        retired.retiredAt = WireTime(microseconds: 1)
        let gone = Self.daemon("c", "1", seen: -86_401)
        #expect(try await check([], [left, retired, gone, Self.daemon("b", "3")]).status == 0)
    }

    @Test("a program of two versions is a warning, and not ready where a later one is asked for")
    func program() async throws {
        let daemons = [Self.daemon("a", "2")]
        let mixed = Self.versions([(70, 1), (74, 3)])
        let warned = try await check(["b"], daemons, mixed)
        #expect(warned.status == 1)
        let details = "1 of 4 below 74; 70, the lowest, has old1 (down since 1970-01-01T00:00:00.000000Z)"
        #expect(warned.lines.last?.contains(details) == true)
        #expect(try await check(["b", "--at-least", "70"], daemons, mixed).status == 0)
        #expect(try await check(["b", "--at-least", "74"], daemons, mixed).status == 2)
        #expect(try await check(["b"], daemons, Self.versions([])).status == 1)
        #expect(try await check(["b"], daemons, Self.versions([(74, 1)], degraded: true)).status == 1)
    }

    @Test("without an answer the status is 255, and a version without a program is a mistake")
    func unexpected() async throws {
        let unanswered = await CapturedConsole.run(
            ["upgrade", "check"],
            environment: ["ROLLCALL_ENDPOINT": "http://127.0.0.1:1"]
        )
        #expect(unanswered.status == 255 && !unanswered.messages.isEmpty)
        #expect(try await check(["--at-least", "3"], []).status == 64)
    }
}
