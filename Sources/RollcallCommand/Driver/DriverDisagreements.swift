internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct DriverDisagreements: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disagreements",
        abstract: "List the services of whom a driver in the shadow says otherwise than what stands.",
        discussion: """
            One says that the service lives, and the other that silence has proved it dead. What has only just begun is \
            not listed: one of the two may lag behind.

            EXAMPLES
              rollcall driver disagreements
              rollcall driver disagreements -f value -c host -c binary -c driver
            """
    )

    private static let columns: [Column<WireDisagreement>] = [
        Column("driver") { .string($0.driver) },
        Column("host") { .string($0.host) },
        Column("binary") { .string($0.binary) },
        Column("state") { .string($0.state.rawValue) },
        Column("state_reason") { .string($0.stateReason) },
        Column("opinion") { .string($0.opinion.rawValue) },
        Column("last_shown", .seconds) { .real($0.lastShown) },
        Column("since", .time) { .time($0.since) },
        Column("uuid") { .string($0.uuid) },
    ]

    @Option(help: "At most so many, 1 to 100000.") var limit = 1_000
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else {
            throw ValidationError("--limit is \(limit); expected 1 to 100000")
        }
    }

    func run() async throws {
        let reply = try await endpoints.client().disagreements(limit: limit)
        try output.show(reply.disagreements, of: Self.columns, as: .many)
        if reply.count > reply.disagreements.count {
            Console.current.explain("\(reply.disagreements.count) of \(reply.count) are listed (--limit)")
        }
    }
}
