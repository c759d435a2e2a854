internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct ServiceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List services, ordered by host and binary.",
        discussion: """
            EXAMPLES
              rollcall service list
              rollcall service list --zone az1 --state down --state unknown
              rollcall service list --binary nova-compute -f csv -c host -c state
              rollcall service list --watch
            """
    )

    @OptionGroup var filters: ServiceFilters
    @Flag(help: "Show every field.") var long = false
    @Flag(help: "Go on, and show the list again after each change.") var watch = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        let client = try endpoints.client()
        var reply = try await client.services(filters.query)
        try show(reply.services)
        guard watch else { return }
        while true {
            try await waitForChange(after: reply, client)
            reply = try await retrying { try await client.services(filters.query) }
            try show(reply.services)
        }
    }

    private func show(_ services: [WireService]) throws {
        // On a terminal the list stays in its place: clear and go to the corner (ECMA-48 ED and CUP).
        if watch, output.format == .table, Console.current.isTerminal {
            try Console.current.write("\u{1B}[2J\u{1B}[H")
        }
        try output.show(
            services,
            of: ServiceColumns.all(of: services),
            byDefault: long ? nil : ServiceColumns.brief,
            as: .many
        )
    }

    /// Returns when something happened after what `reply` shows; on a terminal every two seconds, for the ages.
    private func waitForChange(after reply: ServicesReply, _ client: RollcallClient) async throws {
        let isLive = output.format == .table && Console.current.isTerminal
        while true {
            do {
                let news = try await retrying {
                    try await client.transitions(
                        since: reply.revision,
                        of: reply.logID,
                        wait: isLive ? .seconds(2) : .seconds(30),
                        limit: 1
                    )
                }
                if isLive || !news.transitions.isEmpty { return }
            } catch let error as ClientError where error.error?.code == .revisionUnknown {
                return
            }
        }
    }
}
