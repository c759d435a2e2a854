internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

/// The verb `heartbeat`.
struct HeartbeatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heartbeat",
        abstract: "Send one heartbeat.",
        discussion: """
            EXAMPLES
              rollcall heartbeat node1 backup
              rollcall heartbeat node1 backup --interval 1h --version 3
            """
    )

    @OptionGroup var service: ServiceArgument
    @OptionGroup var description: HeartbeatDescription
    @Option(help: "Which start of the process it is.") var incarnation: String?
    @Option(help: "Grows with each heartbeat of an incarnation.") var sequence: Int64?
    @Flag(help: "Create the record again although it was deleted.") var register = false
    @Flag(help: "Wait until it is written to the database.") var durable = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    private static let columns: [Column<HeartbeatEntry>] = [
        Column("host") { .string($0.host) },
        Column("binary") { .string($0.binary) },
        Column("worker") { .string($0.worker) },
        Column("uuid") { .string($0.uuid) },
        Column("incarnation_number") { .whole($0.incarnationNumber) },
        Column("state", .state) { .string($0.state.rawValue) },
        Column("state_reason") { .string($0.stateReason.rawValue) },
        Column("status", .state) { .string($0.status.rawValue) },
        Column("report_interval", .seconds) { .number($0.reportInterval) },
        Column("next_report_in", .seconds) { .number($0.nextReportIn) },
        Column("deadline_in", .seconds) { .real($0.deadlineIn) },
    ]

    func run() async throws {
        var heartbeat = description.heartbeat(host: service.host, binary: service.binary)
        heartbeat.incarnation = incarnation
        heartbeat.sequence = sequence
        if register { heartbeat.register = true }
        let entry = try await endpoints.client().sendHeartbeat(heartbeat, durable: durable)
        try output.show([entry], of: Self.columns, as: .one)
    }
}
