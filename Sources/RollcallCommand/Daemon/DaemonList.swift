internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct DaemonList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the daemons, those that left included.",
        discussion: """
            EXAMPLES
              rollcall daemon list
              rollcall daemon list -f json
            """
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    private static let columns: [Column<WireDaemon>] = [
        Column("id") { .string($0.id) },
        Column("host") { .string($0.host) },
        Column("release") { .string($0.release) },
        Column("schema_min") { .integer($0.schemaMin) },
        Column("schema_max") { .integer($0.schemaMax) },
        Column("phase_seen") { .string($0.phaseSeen) },
        Column("flush_lag", .seconds) { .real($0.flushLag) },
        Column("last_seen", .time) { .time($0.lastSeen) },
        Column("left_at", .time) { .time($0.leftAt) },
        Column("retired_at", .time) { .time($0.retiredAt) },
        Column("differing_settings") { .array($0.differingSettings.map(WireValue.string)) },
    ]

    func run() async throws {
        try output.show(try await endpoints.client().daemons().daemons, of: Self.columns, as: .many)
    }
}
