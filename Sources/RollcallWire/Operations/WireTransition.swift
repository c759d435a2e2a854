/// One entry of the transition log.
public struct WireTransition: Hashable, Sendable {
    /// Its position; positions have no gaps.
    public var revision: Int64
    /// What happened.
    public var kind: TransitionKind
    /// The record it happened to; `nil` for a daemon.
    public var uuid: String?
    /// The host.
    public var host: String?
    /// The program.
    public var binary: String?
    /// The group.
    public var topic: String?
    /// The zone.
    public var zone: String?
    /// The state before; `nil` when there was none.
    public var from: WireState?
    /// The state after; `nil` when there is none any more.
    public var to: WireState?
    /// Why.
    public var reason: WireReason?
    /// When, on the wall clock of the daemon that recorded it.
    public var at: WireTime
    /// Changes of state of this service that stood between its entry before and this one, and were folded into this one;
    /// `nil` where there were none.
    public var folded: Int64?

    /// An entry of which nothing but its position, kind and time is known.
    public init(revision: Int64, kind: TransitionKind, at: WireTime) {
        self.revision = revision
        self.kind = kind
        self.at = at
    }
}

extension WireTransition: Codable {
    private enum CodingKeys: String, CodingKey {
        case revision, kind, uuid, host, binary, topic, zone, from, to, reason, at, folded
    }

    /// Writes every field but `folded`, empty ones as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(revision, forKey: .revision)
        try container.encode(kind, forKey: .kind)
        try container.encode(uuid, forKey: .uuid)
        try container.encode(host, forKey: .host)
        try container.encode(binary, forKey: .binary)
        try container.encode(topic, forKey: .topic)
        try container.encode(zone, forKey: .zone)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
        try container.encode(reason, forKey: .reason)
        try container.encode(at, forKey: .at)
        try container.encodeIfPresent(folded, forKey: .folded)
    }
}
