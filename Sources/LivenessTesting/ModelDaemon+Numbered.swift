package import LivenessCore

extension ModelDaemon {
    /// One heartbeat that names its service by number.
    ///
    /// - Parameters:
    ///   - beat: The heartbeat.
    ///   - isTheirs: Whether whoever sent it may beat for that service.
    /// - Returns: What becomes of it.
    package mutating func beat(_ beat: NumberedHeartbeat, isTheirs: Bool = true) -> HeartbeatOutcome? {
        var outcomes: [HeartbeatOutcome] = []
        tell { machine, now in
            machine.heartbeatsReceived([beat], 0..<1, at: now, outcomes: &outcomes) { _, _, _ in isTheirs }
        }
        return outcomes.first
    }
}
