/// One daemon.
public struct WireDaemon: Hashable, Sendable {
    /// Its name among the daemons.
    public var id: String
    /// The host it runs on.
    public var host: String
    /// Its release.
    public var release: String
    /// The lowest schema version it can work with.
    public var schemaMin: Int64
    /// The highest schema version it can work with.
    public var schemaMax: Int64
    /// The phase of the schema change it has seen.
    public var phaseSeen: String
    /// Seconds since its last good flush; `nil` when it has not said.
    public var flushLag: Double?
    /// When it was last seen.
    public var lastSeen: WireTime?
    /// When it left.
    public var leftAt: WireTime?
    /// When an operator retired it.
    public var retiredAt: WireTime?
    /// The names of settings in which it differs from the one asked.
    public var differingSettings: [String]

    /// A daemon of which nothing but its name, host and release is known.
    public init(id: String, host: String, release: String) {
        self.id = id
        self.host = host
        self.release = release
        schemaMin = 1
        schemaMax = 1
        phaseSeen = "both"
        differingSettings = []
    }
}

extension WireDaemon: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, host, release
        case schemaMin = "schema_min"
        case schemaMax = "schema_max"
        case phaseSeen = "phase_seen"
        case flushLag = "flush_lag"
        case lastSeen = "last_seen"
        case leftAt = "left_at"
        case retiredAt = "retired_at"
        case differingSettings = "differing_settings"
    }

    /// Reads a daemon; only its name, host and release must be there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(String.self, forKey: .id),
            host: try container.decode(String.self, forKey: .host),
            release: try container.decode(String.self, forKey: .release)
        )
        schemaMin = try container.decodeIfPresent(Int64.self, forKey: .schemaMin) ?? schemaMin
        schemaMax = try container.decodeIfPresent(Int64.self, forKey: .schemaMax) ?? schemaMax
        phaseSeen = try container.decodeIfPresent(String.self, forKey: .phaseSeen) ?? phaseSeen
        flushLag = try container.decodeIfPresent(Double.self, forKey: .flushLag)
        lastSeen = try container.decodeIfPresent(WireTime.self, forKey: .lastSeen)
        leftAt = try container.decodeIfPresent(WireTime.self, forKey: .leftAt)
        retiredAt = try container.decodeIfPresent(WireTime.self, forKey: .retiredAt)
        differingSettings = try container.decodeIfPresent([String].self, forKey: .differingSettings) ?? []
    }

    /// Writes every field, empty ones as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(host, forKey: .host)
        try container.encode(release, forKey: .release)
        try container.encode(schemaMin, forKey: .schemaMin)
        try container.encode(schemaMax, forKey: .schemaMax)
        try container.encode(phaseSeen, forKey: .phaseSeen)
        try container.encode(flushLag, forKey: .flushLag)
        try container.encode(lastSeen, forKey: .lastSeen)
        try container.encode(leftAt, forKey: .leftAt)
        try container.encode(retiredAt, forKey: .retiredAt)
        try container.encode(differingSettings, forKey: .differingSettings)
    }
}
