/// The answer to `GET /v1/groups/{topic}/up`: the hosts that are up.
public struct HostsUpReply: Hashable, Codable, Sendable {
    /// The hosts, in order, each once.
    public var hosts: [String]

    /// An answer with these hosts.
    public init(hosts: [String]) {
        self.hosts = hosts
    }
}
