/// A driver that does not decide, and a service of whom it says otherwise than what stands.
public struct WireDisagreement: Hashable, Codable, Sendable {
    /// The driver.
    public var driver: String
    /// The service's host.
    public var host: String
    /// The service's binary.
    public var binary: String
    /// Its identity.
    public var uuid: String
    /// The state that stands.
    public var state: WireState
    /// Why.
    public var stateReason: String
    /// What the driver says.
    public var opinion: WireState
    /// Seconds since the driver last showed the service to live.
    public var lastShown: Double
    /// Since when it contradicts.
    public var since: WireTime

    /// A disagreement.
    public init(
        driver: String,
        host: String,
        binary: String,
        uuid: String,
        state: WireState,
        stateReason: String,
        opinion: WireState,
        lastShown: Double,
        since: WireTime
    ) {
        self.driver = driver
        self.host = host
        self.binary = binary
        self.uuid = uuid
        self.state = state
        self.stateReason = stateReason
        self.opinion = opinion
        self.lastShown = lastShown
        self.since = since
    }

    private enum CodingKeys: String, CodingKey {
        case driver, host, binary, uuid, state
        case stateReason = "state_reason"
        case opinion
        case lastShown = "last_shown"
        case since
    }
}
