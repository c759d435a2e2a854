/// A point on this daemon's monotonic clock, in nanoseconds since an arbitrary zero.
///
/// Deadlines are instants. An instant is never written down, sent to another process or compared with another
/// machine's: a wall clock that steps moves none of them.
package struct Instant: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Before everything this daemon can have observed.
    package static let distantPast = Instant(nanoseconds: .min / 4)

    package static func < (one: Instant, other: Instant) -> Bool { one.nanoseconds < other.nanoseconds }

    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds &+ duration.clampedNanoseconds)
    }

    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds &- duration.clampedNanoseconds)
    }

    /// The time from `other` to `self`; negative when `other` is later.
    package static func - (one: Instant, other: Instant) -> Duration {
        .nanoseconds(one.nanoseconds &- other.nanoseconds)
    }
}

extension Duration {
    /// The duration in nanoseconds, kept within ± 73 years so that sums of two never overflow.
    package var clampedNanoseconds: Int64 {
        let limit: Int64 = .max / 4
        let (seconds, attoseconds) = components
        if seconds > limit / 1_000_000_000 { return limit }
        if seconds < -(limit / 1_000_000_000) { return -limit }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// The duration in milliseconds, rounded up.
    package var clampedMilliseconds: Int64 { (clampedNanoseconds + 999_999) / 1_000_000 }

    /// The duration in seconds, for people and for JSON.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
