/// One process of a service.
public struct WireWorker: Hashable, Sendable {
    /// Its name among the processes of the service; `""` when it named none.
    public var worker: String
    /// Its current incarnation; `nil` when it uses none.
    public var incarnation: String?
    /// The number of that incarnation.
    public var incarnationNumber: Int64?
    /// Its version.
    public var version: Int64
    /// Up or down, where the daemon tells the processes apart.
    public var state: WireState?
    /// When it was last heard.
    public var lastSeenUp: WireTime?
    /// Seconds since it was last heard.
    public var age: Double?

    /// A process of which nothing but its name is known.
    public init(worker: String) {
        self.worker = worker
        version = 0
    }
}

extension WireWorker: Codable {
    private enum CodingKeys: String, CodingKey {
        case worker, incarnation
        case incarnationNumber = "incarnation_number"
        case version, state
        case lastSeenUp = "last_seen_up"
        case age
    }

    /// Reads a process; only its name must be there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        worker = try container.decode(String.self, forKey: .worker)
        incarnation = try container.decodeIfPresent(String.self, forKey: .incarnation)
        incarnationNumber = try container.decodeIfPresent(Int64.self, forKey: .incarnationNumber)
        version = try container.decodeIfPresent(Int64.self, forKey: .version) ?? 0
        state = try container.decodeIfPresent(WireState.self, forKey: .state)
        lastSeenUp = try container.decodeIfPresent(WireTime.self, forKey: .lastSeenUp)
        age = try container.decodeIfPresent(Double.self, forKey: .age)
    }

    /// Writes every field, empty ones as `null`; `state` only where it is known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(worker, forKey: .worker)
        try container.encode(incarnation, forKey: .incarnation)
        try container.encode(incarnationNumber, forKey: .incarnationNumber)
        try container.encode(version, forKey: .version)
        try container.encodeIfPresent(state, forKey: .state)
        try container.encode(lastSeenUp, forKey: .lastSeenUp)
        try container.encode(age, forKey: .age)
    }
}
