/// What is believed of one of the services asked about.
public struct StateEntry: Hashable, Sendable {
    /// The host asked about.
    public var host: String
    /// The program asked about.
    public var binary: String
    /// Up, down or unknown; `nil` when there is no such service.
    public var state: WireState?
    /// Why; `nil` when there is no such service.
    public var reason: WireReason?
    /// Seconds since it was last heard.
    public var age: Double?

    /// The answer about one service; without a state there is none of that name.
    public init(host: String, binary: String, state: WireState?, reason: WireReason?, age: Double?) {
        self.host = host
        self.binary = binary
        self.state = state
        self.reason = reason
        self.age = age
    }
}

extension StateEntry: Codable {
    private enum CodingKeys: String, CodingKey {
        case host, binary, state, reason, age
    }

    /// Writes every field, empty ones as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(host, forKey: .host)
        try container.encode(binary, forKey: .binary)
        try container.encode(state, forKey: .state)
        try container.encode(reason, forKey: .reason)
        try container.encode(age, forKey: .age)
    }
}
