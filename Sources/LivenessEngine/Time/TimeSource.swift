package import LivenessCore

/// Where the engine gets its time from: the system, or in tests a clock moved by hand.
package protocol TimeSource: Sendable {
    /// The monotonic clock.
    var now: Instant { get }
    /// The wall clock: for people only.
    var wall: Timestamp { get }
    /// Returns after `duration` on the monotonic clock, or throws when the task is cancelled.
    func sleep(for duration: Duration) async throws
}
