/// How many times a heartbeat came so long after the one before.
public struct WireGap: Hashable, Codable, Sendable {
    /// At least so many seconds.
    public var from: Double
    /// Fewer than so many seconds.
    public var to: Double
    /// How many.
    public var count: Int

    /// A count.
    public init(from: Double, to: Double, count: Int) {
        self.from = from
        self.to = to
        self.count = count
    }
}
