import Glibc
package import LivenessCore

/// The machine's own clocks.
///
/// The monotonic one goes on while the machine is suspended, so that a suspension is seen as what it is: time in which
/// this daemon was blind.
package struct SystemTime: TimeSource {
    private let origin: ContinuousClock.Instant

    package init() {
        origin = ContinuousClock.now
    }

    package var now: Instant {
        Instant(nanoseconds: 0) + (ContinuousClock.now - origin)
    }

    package var wall: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    package func sleep(for duration: Duration) async throws {
        try await ContinuousClock().sleep(for: duration)
    }
}
