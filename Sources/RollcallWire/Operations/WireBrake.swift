/// One engagement of the mass-failure brake.
public struct WireBrake: Hashable, Codable, Sendable {
    /// `TOPIC/ZONE`, or `fleet`.
    public var scope: String
    /// When it engaged.
    public var engagedAt: WireTime
    /// The daemon that engaged it.
    public var engagedBy: String?
    /// How many services were counted.
    public var members: Int
    /// How many of them were silent.
    public var silent: Int
    /// When it was released; `nil` while it holds.
    public var releasedAt: WireTime?
    /// Who released it, or `recovered`, or `max_hold`.
    public var by: String?

    /// A brake that holds.
    public init(scope: String, engagedAt: WireTime, members: Int, silent: Int) {
        self.scope = scope
        self.engagedAt = engagedAt
        self.members = members
        self.silent = silent
    }

    private enum CodingKeys: String, CodingKey {
        case scope
        case engagedAt = "engaged_at"
        case engagedBy = "engaged_by"
        case members, silent
        case releasedAt = "released_at"
        case by
    }
}
