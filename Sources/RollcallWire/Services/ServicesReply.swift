/// The answer to `GET /v1/services`.
public struct ServicesReply: Hashable, Sendable {
    /// The services, ordered by host and binary.
    public var services: [WireService]
    /// The position in the transition log that they show.
    public var revision: Int64
    /// Which log that is.
    public var logID: String
    /// What to ask the next page with; `nil` on the last.
    public var nextMarker: String?

    /// A page of services.
    public init(services: [WireService], revision: Int64, logID: String, nextMarker: String? = nil) {
        self.services = services
        self.revision = revision
        self.logID = logID
        self.nextMarker = nextMarker
    }
}

extension ServicesReply: Codable {
    private enum CodingKeys: String, CodingKey {
        case services, revision
        case logID = "log_id"
        case nextMarker = "next_marker"
    }

    /// Writes every field, a missing marker as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(services, forKey: .services)
        try container.encode(revision, forKey: .revision)
        try container.encode(logID, forKey: .logID)
        try container.encode(nextMarker, forKey: .nextMarker)
    }
}
