/// The answer to `GET /v1/groups`.
public struct GroupsReply: Hashable, Codable, Sendable {
    /// One entry for each topic and zone.
    public var groups: [WireGroup]

    /// An answer with these groups.
    public init(groups: [WireGroup]) {
        self.groups = groups
    }
}

/// How many services of a topic and zone are up, down and unknown.
public struct WireGroup: Hashable, Codable, Sendable {
    /// The topic.
    public var topic: String
    /// The zone.
    public var zone: String
    /// How many are up.
    public var up: Int
    /// How many are down.
    public var down: Int
    /// Of how many it cannot be told now.
    public var unknown: Int

    /// The counts of one topic and zone.
    public init(topic: String, zone: String, up: Int, down: Int, unknown: Int) {
        self.topic = topic
        self.zone = zone
        self.up = up
        self.down = down
        self.unknown = unknown
    }
}

/// The answer to `GET /v1/groups/{topic}/up`: the hosts that are up.
public struct HostsUpReply: Hashable, Codable, Sendable {
    /// The hosts, in order, each once.
    public var hosts: [String]

    /// An answer with these hosts.
    public init(hosts: [String]) {
        self.hosts = hosts
    }
}
