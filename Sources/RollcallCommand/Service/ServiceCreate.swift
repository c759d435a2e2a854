internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct ServiceCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a record before its first heartbeat.",
        discussion: """
            EXAMPLES
              rollcall service create node1 nova-compute --zone az1
              rollcall service create node9 nova-compute --disabled \\
                --disable-reason 'not wired yet'
            """
    )

    @OptionGroup var service: ServiceArgument
    @Option(help: "By default the binary without a leading nova-.") var topic: String?
    @Option(help: "By default nova for topic compute, else internal.") var zone: String?
    @Flag(help: "Take no work until it is enabled.") var disabled = false
    @Option(help: ArgumentHelp("Why it is disabled.", valueName: "reason")) var disableReason: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func validate() throws {
        if disableReason != nil, !disabled { throw ValidationError("--disable-reason needs --disabled") }
    }

    func run() async throws {
        var creation = ServiceCreation(host: service.host, binary: service.binary)
        creation.topic = topic
        creation.zone = zone
        if disabled { creation.status = .disabled }
        creation.disabledReason = disableReason
        let made = try await endpoints.client().createService(creation)
        try output.show([made], of: ServiceColumns.all(of: [made]), byDefault: ServiceColumns.edited([made]), as: .one)
    }
}
