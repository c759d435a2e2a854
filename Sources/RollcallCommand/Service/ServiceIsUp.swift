internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct ServiceIsUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "is-up",
        abstract: "Ask whether a service is up.",
        discussion: """
            Exit status: 0 up, 1 down, 2 unknown, 3 no such service, 4 no answer, \
            5 not allowed, 64 usage.

            EXAMPLES
              rollcall service is-up node1 nova-compute && schedule node1
              rollcall service is-up node1 nova-compute --unknown-as last
            """
    )

    @OptionGroup var service: ServiceArgument

    @Option(help: ArgumentHelp("Read unknown as last (the last known state), up or down.", valueName: "reading"))
    var unknownAs: UnknownReading?

    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        let reply = try await endpoints.client().state(of: service.name, unknownAs: unknownAs?.value)
        try output.show([reply], of: StateColumns.all, as: .many)
        switch reply.state {
        case .up: return
        case .down: throw Failure.silently(1)
        // A state of a later version is none that this one could act on.
        default: throw Failure.silently(2)
        }
    }
}
