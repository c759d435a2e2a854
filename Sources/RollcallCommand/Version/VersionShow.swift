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

    func run() async throws {
        let reply = try await endpoints.client().versions(of: binary, states: state.map { [$0.state] } ?? [])
        try output.show([reply], of: VersionColumns.all, as: .one)
    }
}
