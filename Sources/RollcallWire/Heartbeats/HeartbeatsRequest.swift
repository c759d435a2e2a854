/// The body of `POST /v1/heartbeats`: one or thousands.
public struct HeartbeatsRequest: Hashable, Sendable {
    /// `Rollcall-Relay`: the host of the agent through which the heartbeats came, in a header of the call.
    public static let relayHeader = "Rollcall-Relay"

    /// The heartbeats, at most ``WireLimits/heartbeatsPerCall``.
    public var heartbeats: [WireHeartbeat]
    /// Answer only after they have been written to the database.
    public var durable: Bool

    /// A call with these heartbeats.
    public init(heartbeats: [WireHeartbeat], durable: Bool = false) {
        self.heartbeats = heartbeats
        self.durable = durable
    }
}

extension HeartbeatsRequest: Codable {
    private enum CodingKeys: String, CodingKey {
        case heartbeats, durable
    }

    /// Reads a call; `durable` may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        heartbeats = try container.decode([WireHeartbeat].self, forKey: .heartbeats)
        durable = try container.decodeIfPresent(Bool.self, forKey: .durable) ?? false
    }
}
