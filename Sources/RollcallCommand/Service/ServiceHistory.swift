internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct ServiceHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show what happened to a service.",
        discussion: """
            EXAMPLES
              rollcall service history node1 nova-compute
              rollcall service history node1 nova-compute -f value -c at -c to -c reason
              rollcall service history node1 nova-compute -c at -c to -c folded
            """
    )

    @OptionGroup var service: ServiceArgument
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        let client = try endpoints.client()
        let found = try await client.service(named: service.name)
        let history = try await client.history(uuid: found.uuid)
        let folded = history.transitions.reduce(0) { $0 + min(max(0, $1.folded ?? 0), 1 << 40) }
        if folded > 0 {
            Console.current.explain("\(folded) changes more were folded into these: the column folded says where")
        }
        try output.show(
            history.transitions,
            of: TransitionColumns.all,
            byDefault: TransitionColumns.history,
            as: .many
        )
    }
}
