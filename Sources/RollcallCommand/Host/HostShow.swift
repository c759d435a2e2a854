internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct HostShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all services of a host.",
        discussion: """
            EXAMPLES
              rollcall host show node1
              rollcall host show node1 -f json
            """
    )

    @Argument(help: "The host.") var host: String
    @Flag(help: "Show every field.") var long = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        var query = ServiceQuery()
        query.hosts = [host]
        let services = try await endpoints.client().services(query).services
        guard !services.isEmpty else {
            throw Failure(status: Failure.noSuchService, "there is no service on host \(host)")
        }
        try output.show(
            services,
            of: ServiceColumns.all(of: services),
            byDefault: long ? nil : ServiceColumns.brief,
            as: .many
        )
    }
}
