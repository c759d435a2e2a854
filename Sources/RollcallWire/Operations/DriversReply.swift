/// The answer to `GET /v1/drivers`.
public struct DriversReply: Hashable, Codable, Sendable {
    /// The driver that decides, and those in its shadow.
    public var drivers: [WireDriver]

    /// An answer with these drivers.
    public init(drivers: [WireDriver]) {
        self.drivers = drivers
    }
}

/// One driver: what it promises and how its back end is.
public struct WireDriver: Hashable, Codable, Sendable {
    /// Its name.
    public var name: String
    /// Whether it decides; else it runs in the shadow.
    public var deciding: Bool
    /// Whether its back end answers.
    public var health: BackEndHealth
    /// What it promises, by name: granularity, persistence, eviction risk, whose clock, typical detection time.
    public var guarantees: [String: WireValue]

    /// A driver.
    public init(name: String, deciding: Bool, health: BackEndHealth, guarantees: [String: WireValue]) {
        self.name = name
        self.deciding = deciding
        self.health = health
        self.guarantees = guarantees
    }
}
