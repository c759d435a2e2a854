internal import ArgumentParser
internal import Foundation
internal import HeartbeatRelay

/// Where an agent takes heartbeats of others, which it passes on.
struct ListenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take heartbeats of others there, such as those of a rack, and pass them on in few calls.",
            discussion: "An address that other machines reach takes --listen-token-file.",
            valueName: "address:port|unix:/path"
        )
    )
    var listen: String?

    @Option(
        help: ArgumentHelp("How long they wait for others to go on with; 50ms.", valueName: "duration")
    )
    var gather: DurationText?

    @Option(
        help: ArgumentHelp(
            "A file whose first line is the token that reporters have to name.",
            valueName: "file"
        )
    )
    var listenTokenFile: String?

    /// Longer, and agents would go elsewhere before they are answered.
    private static let longestGather = 1.0

    /// What the relay is to be; nil where there is none.
    ///
    /// - Parameter host: The host it runs on.
    /// - Returns: Its settings.
    /// - Throws: `Failure` for a contradiction, or a token that cannot be read.
    func settings(host: String) throws -> RelaySettings? {
        guard let listen else {
            if gather != nil { throw usage("--gather: there is no --listen, whose heartbeats could be gathered") }
            if listenTokenFile != nil { throw usage("--listen-token-file: there is no --listen, which it could guard") }
            return nil
        }
        guard let address = RelayAddress(listen) else {
            throw usage("--listen: \"\(listen)\" is no address; expected one such as 127.0.0.1:8791 or unix:/run/relay")
        }
        var settings = RelaySettings(address: address, host: host)
        if let gather {
            guard gather.seconds <= Self.longestGather else {
                throw usage("--gather: \(gather.seconds) s is too long; expected at most \(Self.longestGather) s")
            }
            settings.gather = gather.duration
        }
        settings.token = try listenTokenFile.map(token)
        guard address.isOfThisMachine || settings.token != nil else {
            throw usage("--listen: other machines reach \(address); expected one of loopback, or --listen-token-file")
        }
        return settings
    }

    private func token(_ file: String) throws -> RelayToken {
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw usage("--listen-token-file: \(file) cannot be read: \(error.localizedDescription)")
        }
        guard let token = RelayToken(text.prefix { !$0.isNewline }) else {
            let lengths = RelayToken.lengths
            throw usage(
                "--listen-token-file: the first line of \(file) is no token; expected \(lengths.lowerBound) to "
                    + "\(lengths.upperBound) printable ASCII characters without spaces"
            )
        }
        return token
    }

    private func usage(_ message: String) -> Failure { Failure(status: Failure.usage, message) }
}
