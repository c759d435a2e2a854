package import LivenessCore
import Synchronization

/// When the detector last ticked: what the watchdog of systemd is told.
package final class LoopHeartbeat: Sendable {
    private let last: Atomic<Int64>

    package init(at now: Instant) {
        last = Atomic(now.nanoseconds)
    }

    func beat(at now: Instant) {
        last.store(now.nanoseconds, ordering: .relaxed)
    }

    /// The last tick.
    package var lastTick: Instant { Instant(nanoseconds: last.load(ordering: .relaxed)) }
}
