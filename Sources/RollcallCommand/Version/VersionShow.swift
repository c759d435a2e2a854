internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct VersionShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the versions of a program, and which records hold the minimum.",
        discussion: """
            Counted is what is neither deleted nor forced down.

            EXAMPLES
              rollcall version show nova-compute
              rollcall version show nova-compute --state up -f value -c min
            """
    )

    @Argument(help: "The program.") var binary: String
    @Option(help: "Count only services in this state.") var state: StateArgument?
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    private static let columns: [Column<VersionsReply>] = [
        Column("binary") { .string($0.binary) },
        Column("min") { .whole($0.min) },
        Column("max") { .whole($0.max) },
        Column("counts") { reply in
            .array(reply.counts.map { .object(["version": .integer($0.version), "count": .integer(Int64($0.count))]) })
        },
        Column("minimum_held_by") { .array($0.minimumHeldBy.map(holder)) },
    ]

    private static func holder(_ holder: VersionHolder) -> WireValue {
        .object([
            "uuid": .string(holder.uuid),
            "host": .string(holder.host),
            "state": .string(holder.state.rawValue),
            "reason": .text(holder.reason?.rawValue),
            "since": .time(holder.since),
            "age": .real(holder.age),
        ])
    }

    func run() async throws {
        let reply = try await endpoints.client().versions(of: binary, state: state?.state)
        try output.show([reply], of: Self.columns, as: .one)
    }
}
