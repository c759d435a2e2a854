internal import ArgumentParser
internal import RollcallClient
internal import RollcallWire

struct ServiceSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Enable, disable or force down one service, or all that match.",
        discussion: """
            With filters instead of a name it says how many match and asks before it changes them (--yes does not \
            ask). The services as they are then are shown.

            EXAMPLES
              rollcall service set node1 nova-compute --disable --disable-reason disk
              rollcall service set node1 nova-compute --down --reason fenced --until 2h
              rollcall service set node1 nova-compute --up
              rollcall service set --zone az1 --topic compute --disable --yes
            """
    )

    @Argument(help: "The host of the one service.") var host: String?
    @Argument(help: "The program of the one service.") var binary: String?
    @OptionGroup(title: "Many at once") var filters: ServiceFilters
    @Flag(help: "Do not ask.") var yes = false
    @OptionGroup(title: "What changes") var change: ServiceChange
    @OptionGroup var output: OutputOptions
    @OptionGroup var endpoints: EndpointOptions

    func validate() throws {
        if host != nil {
            if binary == nil { throw ValidationError("a service is named by HOST and BINARY") }
            if !filters.isEmpty { throw ValidationError("name one service or give filters, not both") }
        } else if filters.isEmpty {
            throw ValidationError("name a service by HOST and BINARY, or say with filters which")
        }
    }

    func run() async throws {
        let client = try endpoints.client()
        let patch = change.patch
        if let host, let binary {
            let found = try await client.service(named: ServiceName(host: host, binary: binary))
            let edited = try await client.edit(found.uuid, patch)
            try output.show(
                [edited],
                of: ServiceColumns.all(of: [edited]),
                byDefault: ServiceColumns.edited([edited]),
                as: .one
            )
        } else {
            try await changeMany(client, patch)
        }
    }

    private func changeMany(_ client: RollcallClient, _ patch: ServicePatch) async throws {
        let found = try await client.services(filters.query).services
        guard !found.isEmpty else { throw Failure(status: Failure.noSuchService, "no service matches") }
        guard yes || agreed(to: found.count) else { throw Failure(status: Failure.refused, "nothing was changed") }
        var edited: [WireService] = []
        var failures: [(service: WireService, error: ClientError)] = []
        for service in found {
            do {
                edited.append(try await client.edit(service.uuid, patch))
            } catch {
                failures.append((service, error))
                // Nobody answers any more: each further try would only take its time.
                if error.code == .noAnswer || error.code == .cancelled { break }
            }
        }
        try output.show(edited, of: ServiceColumns.all(of: edited), byDefault: ServiceColumns.edited(edited), as: .many)
        for failure in failures {
            Console.current.explain("\(failure.service.host) \(failure.service.binary): \(failure.error.message)")
        }
        if let first = failures.first {
            throw Failure(status: Failure(first.error).status, "\(edited.count) of \(found.count) changed")
        }
    }

    private func agreed(to count: Int) -> Bool {
        Console.current.explain("\(count) \(count == 1 ? "service matches" : "services match"): change? [y/N]")
        return ["y", "yes"].contains((Console.current.readLine() ?? "").lowercased())
    }
}
