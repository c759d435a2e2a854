/// How many services of a topic and zone are up, down and unknown.
public struct WireGroup: Hashable, Codable, Sendable {
    /// The topic.
    public var topic: String
    /// The zone.
    public var zone: String
    /// How many are up.
    public var up: Int
    /// How many are down.
    public var down: Int
    /// Of how many it cannot be told now.
    public var unknown: Int

    /// The counts of one topic and zone.
    public init(topic: String, zone: String, up: Int, down: Int, unknown: Int) {
        self.topic = topic
        self.zone = zone
        self.up = up
        self.down = down
        self.unknown = unknown
    }
}
