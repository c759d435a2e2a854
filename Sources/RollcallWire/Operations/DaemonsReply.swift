/// The answer to `GET /v1/daemons`.
public struct DaemonsReply: Hashable, Codable, Sendable {
    /// The daemons that share the database, those that left or were retired included.
    public var daemons: [WireDaemon]

    /// An answer with these daemons.
    public init(daemons: [WireDaemon]) {
        self.daemons = daemons
    }
}
