/// What a heartbeat touches: 32 bytes a service.
package struct RosterRow: Sendable {
    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// Heard by this daemon since it started; else `lastHeard` is only where its grace is counted from.
        package static let heard = Flags(rawValue: 1 << 0)
        package static let neverHeard = Flags(rawValue: 1 << 1)
        package static let imported = Flags(rawValue: 1 << 2)
        package static let left = Flags(rawValue: 1 << 3)
        package static let failed = Flags(rawValue: 1 << 4)
        package static let forced = Flags(rawValue: 1 << 5)
        package static let deleted = Flags(rawValue: 1 << 6)
        /// It has named workers; its heartbeats go through the worker table.
        package static let several = Flags(rawValue: 1 << 7)
        /// Heard since the last flush.
        package static let dirty = Flags(rawValue: 1 << 8)
        /// Its deadline passed; waiting to be judged.
        package static let due = Flags(rawValue: 1 << 10)
        /// Its state, status or interval changed since its last heartbeat was answered.
        package static let tell = Flags(rawValue: 1 << 11)
        /// Its standing is *up*: a heartbeat has nothing to lift.
        package static let up = Flags(rawValue: 1 << 12)
        /// Last heard by another daemon.
        package static let elsewhere = Flags(rawValue: 1 << 13)

        /// An incarnation was heard that the store could not number: what the record says of the one before is over.
        package static let unnumbered = Flags(rawValue: 1 << 14)
        /// Reported failed; waiting for the brake to be looked at.
        package static let failing = Flags(rawValue: 1 << 15)

        /// What a plain renewal ends.
        static let renewed: Flags = [.tell, .elsewhere]
        /// With any of these a heartbeat is more than a renewal.
        static let special: Flags = [.left, .failed, .deleted, .several]
        /// With any of these more than silence decides on it.
        static let unusual: Flags = [.left, .failed, .deleted, .several, .forced, .neverHeard, .failing]
    }

    /// When it was last heard, on our clock in nanoseconds.
    package var lastHeard: Int64
    package var sequence: UInt64
    /// Of the incarnation and the attributes its last heartbeat stated, as `HeartbeatBatch.Entry.stated` has them.
    ///
    /// With any other a heartbeat is compared with the record. 0: compared with none yet.
    package var stated: UInt64
    /// Milliseconds.
    package var downTime: UInt32
    /// Heartbeats since the last flush.
    package var beats: UInt16
    package var flags: Flags

    @inline(__always) package var heardAt: Instant { Instant(nanoseconds: lastHeard) }
    /// When it has been silent for its down time, blind time not counted.
    @inline(__always) package var heardUntil: Instant {
        Instant(nanoseconds: lastHeard &+ Int64(downTime) &* 1_000_000)
    }
    package var downDuration: Duration { .milliseconds(Int64(downTime)) }
}
