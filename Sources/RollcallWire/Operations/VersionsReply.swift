/// The answer to `GET /v1/versions/{binary}`.
///
/// Counted is what is not deleted and not forced down.
public struct VersionsReply: Hashable, Sendable {
    /// The program asked about.
    public var binary: String
    /// The lowest version; `nil` when nothing is counted.
    public var min: Int64?
    /// The highest version; `nil` when nothing is counted.
    public var max: Int64?
    /// How many records have each version, the lowest version first.
    public var counts: [VersionCount]
    /// The records that hold the minimum.
    public var minimumHeldBy: [VersionHolder]

    /// The versions of one program.
    public init(binary: String, min: Int64?, max: Int64?, counts: [VersionCount], minimumHeldBy: [VersionHolder]) {
        self.binary = binary
        self.min = min
        self.max = max
        self.counts = counts
        self.minimumHeldBy = minimumHeldBy
    }
}

extension VersionsReply: Codable {
    private enum CodingKeys: String, CodingKey {
        case binary, min, max, counts
        case minimumHeldBy = "minimum_held_by"
    }

    /// Writes every field, empty ones as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(binary, forKey: .binary)
        try container.encode(min, forKey: .min)
        try container.encode(max, forKey: .max)
        try container.encode(counts, forKey: .counts)
        try container.encode(minimumHeldBy, forKey: .minimumHeldBy)
    }
}

/// How many records have one version.
public struct VersionCount: Hashable, Codable, Sendable {
    /// The version.
    public var version: Int64
    /// How many records have it.
    public var count: Int

    /// A count.
    public init(version: Int64, count: Int) {
        self.version = version
        self.count = count
    }
}

/// A record that holds the minimum version.
public struct VersionHolder: Hashable, Codable, Sendable {
    /// The record.
    public var uuid: String
    /// Its host.
    public var host: String
    /// Up, down or unknown.
    public var state: WireState
    /// Why.
    public var reason: WireReason?
    /// Since when.
    public var since: WireTime?
    /// Seconds since it was last heard; `nil` when it never was.
    public var age: Double?

    /// A record that holds the minimum.
    public init(uuid: String, host: String, state: WireState) {
        self.uuid = uuid
        self.host = host
        self.state = state
    }
}
