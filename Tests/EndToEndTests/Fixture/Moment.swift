import Glibc

/// Now, on both clocks of this machine.
struct Moment: Sendable {
    /// A `timespec`, whose fields one module or another of the C library has, as libraries are built.
    private typealias Fields = (seconds: Int, nanoseconds: Int)

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
        var until: Fields = (Int(nanoseconds / 1_000_000_000), Int(nanoseconds % 1_000_000_000))
        withTimespec(&until) { while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, $0, nil) == EINTR {} }
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time: Fields = (0, 0)
        withTimespec(&time) { _ = clock_gettime(clock, $0) }
        return Int64(time.seconds) * 1_000_000_000 + Int64(time.nanoseconds)
    }

    private static func withTimespec(_ fields: inout Fields, _ body: (UnsafeMutablePointer<timespec>) -> Void) {
        withUnsafeMutablePointer(to: &fields) { pointer in
            pointer.withMemoryRebound(to: timespec.self, capacity: 1, body)
        }
    }
}
