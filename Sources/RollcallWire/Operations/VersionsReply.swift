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
    /// The daemon does not see at the moment what others write: another one may know of more.
    public var isDegraded = false

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
        case isDegraded = "degraded"
    }

    /// Reads what a daemon answers; one that does not say so is not degraded.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        binary = try container.decode(String.self, forKey: .binary)
        min = try container.decodeIfPresent(Int64.self, forKey: .min)
        max = try container.decodeIfPresent(Int64.self, forKey: .max)
        counts = try container.decode([VersionCount].self, forKey: .counts)
        minimumHeldBy = try container.decode([VersionHolder].self, forKey: .minimumHeldBy)
        isDegraded = try container.decodeIfPresent(Bool.self, forKey: .isDegraded) ?? false
    }

    /// Writes every field, empty ones as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(binary, forKey: .binary)
        try container.encode(min, forKey: .min)
        try container.encode(max, forKey: .max)
        try container.encode(counts, forKey: .counts)
        try container.encode(minimumHeldBy, forKey: .minimumHeldBy)
        try container.encode(isDegraded, forKey: .isDegraded)
    }
}
