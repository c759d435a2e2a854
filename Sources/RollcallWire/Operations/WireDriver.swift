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
