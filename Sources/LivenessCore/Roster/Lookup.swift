/// What the passes over a batch have found out about the name of one heartbeat.
struct Lookup: Sendable {
    static let nowhere = UInt32.max

    /// Where a name with its hash lies.
    var location = Self.nowhere
    var service = HeartbeatOutcome.noService
    /// Of the first and the last part of the row and the last of the name: read only so that all their cache lines are
    /// there when they are needed.
    var touched: Int64 = 0
}
