internal import ArgumentParser
internal import RollcallClient

/// Which daemons are asked.
struct EndpointOptions: ParsableArguments {
    @Option(
        name: .customLong("endpoint"),
        help: ArgumentHelp("A daemon to ask; repeat it to name several, tried in turn.", valueName: "url")
    )
    var endpoints: [String] = []

    /// The endpoints: those of the flags, else of the environment, else of the file, else the standard one.
    func resolved() throws -> [Endpoint] {
        let environment = Console.current.environment
        if !endpoints.isEmpty { return try endpoints.map { try endpoint($0, from: "--endpoint") } }
        if let listed = environment["ROLLCALL_ENDPOINT"], !listed.isEmpty {
            return try EndpointFile.split(listed).map { try endpoint($0, from: "ROLLCALL_ENDPOINT") }
        }
        if let home = environment["HOME"], !home.isEmpty {
            let path = home + "/.config/rollcall/config.yaml"
            if let listed = try EndpointFile.endpoints(at: path), !listed.isEmpty {
                return try listed.map { try endpoint($0, from: path) }
            }
        }
        return [.standard]
    }

    /// A client of them.
    func client() throws -> RollcallClient {
        RollcallClient(endpoints: try resolved())
    }

    private func endpoint(_ text: String, from origin: String) throws -> Endpoint {
        guard let endpoint = Endpoint(text) else {
            throw Failure(status: Failure.usage, "\(origin): not an address of a daemon: '\(text)' (http://HOST:PORT)")
        }
        return endpoint
    }
}
