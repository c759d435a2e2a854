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

    func run() async throws {
        try output.show(try await endpoints.client().daemons().daemons, of: DaemonCommand.columns, as: .many)
    }
}
