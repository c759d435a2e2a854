internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct GroupList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Count the services of each topic and zone.",
        discussion: """
            EXAMPLES
              rollcall group list
              rollcall group list -f csv
            """
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    private static let columns: [Column<WireGroup>] = [
        Column("topic") { .string($0.topic) },
        Column("zone") { .string($0.zone) },
        Column("up") { .integer(Int64($0.up)) },
        Column("down") { .integer(Int64($0.down)) },
        Column("unknown") { .integer(Int64($0.unknown)) },
    ]

    func run() async throws {
        try output.show(try await endpoints.client().groups().groups, of: Self.columns, as: .many)
    }
}
