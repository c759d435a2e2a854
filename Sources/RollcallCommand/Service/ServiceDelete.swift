internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct ServiceDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a record. A process that still beats for it is refused until it starts anew.",
        discussion: """
            EXAMPLES
              rollcall service delete node1 nova-compute
            """
    )

    @OptionGroup var service: ServiceArgument
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        let client = try endpoints.client()
        let found = try await client.service(named: service.name)
        try await client.deleteService(uuid: found.uuid)
    }
}
