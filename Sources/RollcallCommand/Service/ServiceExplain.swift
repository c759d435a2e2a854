internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct ServiceExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a service is what it is, and what would change that.",
        discussion: """
            EXAMPLES
              rollcall service explain node1 nova-compute
              rollcall service explain node1 nova-compute -f json
            """
    )

    @OptionGroup var service: ServiceArgument
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    /// One line of an explanation.
    private struct Line: Sendable {
        var part: String
        var state: WireState?
        var kind: String?
        var text: String?
        var at: WireTime?
        var age: Double?
        var after: Double?
    }

    private static let columns: [Column<Line>] = [
        Column("part") { .string($0.part) },
        Column("state", .state) { .text($0.state?.rawValue) },
        Column("kind") { .text($0.kind) },
        Column("text") { .text($0.text) },
        Column("at", .time) { .time($0.at) },
        Column("age", .seconds) { .real($0.age) },
        Column("in", .seconds) { .real($0.after) },
    ]

    func run() async throws {
        let client = try endpoints.client()
        let found = try await client.service(named: service.name)
        let explanation = try await client.explanation(uuid: found.uuid)
        let verdict = explanation.verdict
        var lines = [Line(part: "verdict", state: verdict.state, kind: verdict.reason.rawValue, at: verdict.since)]
        lines += explanation.evidence.map {
            Line(part: "evidence", kind: $0.kind, text: $0.text, at: $0.at, age: $0.age)
        }
        lines += explanation.changesWhen.map {
            Line(part: "changes_when", state: $0.state, text: $0.text, after: $0.after)
        }
        try output.show(lines, of: Self.columns, as: .many)
    }
}
