/// One driver: what it promises and how its back end is.
public struct WireDriver: Hashable, Codable, Sendable {
    /// Its name.
    public var name: String
    /// Whether it decides; else it runs in the shadow.
    public var deciding: Bool
    /// Whether its back end answers.
    public var health: BackEndHealth
    /// Of how many services it says otherwise than what stands; `nil` from a daemon that does not count them.
    public var disagreements: Int?
    /// What it promises, by name: granularity, persistence, eviction risk, whose clock, typical detection time.
    public var guarantees: [String: WireValue]

    /// A driver.
    public init(
        name: String,
        deciding: Bool,
        health: BackEndHealth,
        disagreements: Int? = nil,
        guarantees: [String: WireValue]
    ) {
        self.name = name
        self.deciding = deciding
        self.health = health
        self.disagreements = disagreements
        self.guarantees = guarantees
    }
}
