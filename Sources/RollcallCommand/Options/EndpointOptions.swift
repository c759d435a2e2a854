internal import ArgumentParser
internal import RollcallClient

/// Which daemons are asked, and what they know the caller by.
struct EndpointOptions: ParsableArguments {
    @Option(
        name: .customLong("endpoint"),
        help: ArgumentHelp("A daemon to ask; repeat it to name several, tried in turn.", valueName: "url")
    )
    var endpoints: [String] = []

    @Option(help: ArgumentHelp("A file whose first line is the token to ask with.", valueName: "file"))
    var tokenFile: String?

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp(
            "Who signs the certificates of daemons (PEM); without it whom the system trusts.",
            valueName: "file"
        )
    )
    var authorities: String?

    @Option(
        name: .customLong("certificate-file"),
        help: ArgumentHelp("The certificate to show (PEM).", valueName: "file")
    )
    var certificate: String?

    @Option(name: .customLong("key-file"), help: ArgumentHelp("Its private key (PEM).", valueName: "file"))
    var key: String?

    /// The endpoints: those of the flags, else of the environment, else of the file, else the standard one.
    func resolved() throws -> [Endpoint] {
        if !endpoints.isEmpty { return try endpoints.map { try endpoint($0, from: "--endpoint") } }
        if let listed = Self.variable("ROLLCALL_ENDPOINT") {
            return try ClientFile.split(listed).map { try endpoint($0, from: "ROLLCALL_ENDPOINT") }
        }
        if let file = try Self.file(), let listed = file.endpoints, !listed.isEmpty {
            return try listed.map { try endpoint($0, from: file.path) }
        }
        return [.standard]
    }

    /// What goes with each call, and what is trusted: a token and files of TLS, from the same places.
    ///
    /// A flag, the environment or the file names the file it is in; the environment may hold the token itself. No flag
    /// does, for everybody on the machine can read those.
    func configuration() throws -> ClientConfiguration {
        var configuration = ClientConfiguration()
        let file = try Self.file()
        configuration.tls = ClientTLS(
            authorities: authorities ?? Self.variable("ROLLCALL_CA_FILE") ?? file?.authorities,
            certificate: certificate ?? Self.variable("ROLLCALL_CERTIFICATE_FILE") ?? file?.certificate,
            key: key ?? Self.variable("ROLLCALL_KEY_FILE") ?? file?.key
        )
        if let tokenFile {
            configuration.credential = Credential(file: tokenFile)
        } else if let token = Self.variable("ROLLCALL_TOKEN") {
            guard let credential = Credential(token: token) else {
                throw Failure(status: Failure.usage, "ROLLCALL_TOKEN: not a token (printable ASCII without spaces)")
            }
            configuration.credential = credential
        } else if let path = Self.variable("ROLLCALL_TOKEN_FILE") ?? file?.tokenFile {
            configuration.credential = Credential(file: path)
        }
        return configuration
    }

    /// A client of them.
    func client() throws -> RollcallClient {
        RollcallClient(endpoints: try resolved(), configuration: try configuration())
    }

    private static func variable(_ name: String) -> String? {
        Console.current.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func file() throws -> ClientFile? {
        guard let home = variable("HOME") else { return nil }
        return try ClientFile.read(home + "/.config/rollcall/config.yaml")
    }

    private func endpoint(_ text: String, from origin: String) throws -> Endpoint {
        guard let endpoint = Endpoint(text) else {
            throw Failure(status: Failure.usage, "\(origin): not an address of a daemon: '\(text)' (http://HOST:PORT)")
        }
        return endpoint
    }
}
