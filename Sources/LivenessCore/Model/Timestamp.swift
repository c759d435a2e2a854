/// A wall-clock time in microseconds since 1970-01-01 UTC: for people and for the database, never for a verdict.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package static func < (one: Timestamp, other: Timestamp) -> Bool { one.microseconds < other.microseconds }

    package static func + (timestamp: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: timestamp.microseconds &+ duration.clampedNanoseconds / 1_000)
    }

    package static func - (timestamp: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: timestamp.microseconds &- duration.clampedNanoseconds / 1_000)
    }

    /// The time from `other` to `self`; negative when `other` is later.
    package static func - (one: Timestamp, other: Timestamp) -> Duration {
        .microseconds(one.microseconds &- other.microseconds)
    }
}
