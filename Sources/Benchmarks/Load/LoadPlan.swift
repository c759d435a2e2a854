import DirectReporting

/// What one run does: all of it bounded in number and time.
struct LoadPlan: Sendable {
    var daemon: String
    var databaseURL: String?
    /// Process ids.
    var backend: [Int32]
    var services: Int
    /// In seconds, as the others.
    var interval: Double
    var downTime: Double
    var seconds: Double
    var connections: Int
    /// Heartbeats in a call.
    var batch: Int
    var isFlatOut: Bool
    var datagrams: Datagrams?
    /// What services tell themselves that they live, once they are registered.
    var direct: DirectDriver?
    var killed: Int
    /// Those who are killed beat once more before, all at the same time.
    var dieTogether: Bool
    var silenced: Int
    var watchers: Int
    var asking: Double
    var questionsPerSecond: Int
    var lists: Int
    var restarts: Bool

    /// Each heartbeat in a datagram of its own.
    struct Datagrams: Sendable {
        /// So many reporters sign them, each with a key of its own.
        var reporters: Int
        var areAcknowledged: Bool
    }
}
