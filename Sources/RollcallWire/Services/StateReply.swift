/// The answer to `GET /v1/services/{host}/{binary}/state`.
public struct StateReply: Hashable, Sendable {
    /// Up, down or unknown, read as `unknown_as` asked.
    public var state: WireState
    /// Why.
    public var reason: WireReason
    /// Seconds since it was last heard; `nil` for a session, and when it was never heard.
    public var age: Double?

    /// What is believed of one service.
    public init(state: WireState, reason: WireReason, age: Double?) {
        self.state = state
        self.reason = reason
        self.age = age
    }
}

extension StateReply: Codable {
    private enum CodingKeys: String, CodingKey {
        case state, reason, age
    }

    /// Writes every field, a missing age as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(state, forKey: .state)
        try container.encode(reason, forKey: .reason)
        try container.encode(age, forKey: .age)
    }
}
