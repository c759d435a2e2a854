import Foundation
import Glibc

/// Now, on both clocks of this machine.
struct Moment: Sendable {
    /// Nanoseconds on the monotonic clock.
    var monotonic: Int64
    /// Microseconds since 1970 on the wall clock, which the daemon's stamps are of.
    var wall: Int64

    static var now: Moment {
        let wall = read(CLOCK_REALTIME)
        return Moment(monotonic: read(CLOCK_MONOTONIC), wall: wall / 1_000)
    }

    /// Holds the thread until the monotonic clock shows this.
    static func wait(untilMonotonic nanoseconds: Int64) {
        var until = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nil) == EINTR {}
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
