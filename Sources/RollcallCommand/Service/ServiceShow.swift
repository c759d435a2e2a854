internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct ServiceShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show every field of a service.",
        discussion: """
            EXAMPLES
              rollcall service show node1 nova-compute
              rollcall service show node1 nova-compute -f value -c uuid
            """
    )

    @OptionGroup var service: ServiceArgument
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        let found = try await endpoints.client().service(named: service.name)
        try output.show([found], of: ServiceColumns.all(of: [found]), as: .one)
    }
}
