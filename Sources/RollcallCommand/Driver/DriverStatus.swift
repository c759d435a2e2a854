internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct DriverStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "List the drivers that the daemon runs, the deciding one first.",
        discussion: """
            A driver in the shadow (liveness.shadow) is told all heartbeats and looks as the deciding one does; of how \
            many services it says otherwise is counted.

            EXAMPLES
              rollcall driver status
              rollcall driver status -f json
            """
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        try output.show(try await endpoints.client().drivers().drivers, of: DriverCommand.columns, as: .many)
    }
}
