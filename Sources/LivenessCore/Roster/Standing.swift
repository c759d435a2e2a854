/// What is published of a service's liveness, 8 bytes: the verdict and since when.
package struct Standing: Sendable {
    private static let verdictBits: UInt64 = 0xFF
    private static let deletedBit: UInt64 = 0x100
    private static let sinceShift: UInt64 = 9
    /// Of `since`, in microseconds: 570 years to either side of 1970.
    private static let furthest: Int64 = (1 << 54) - 1

    private var bits: UInt64

    package init(_ recorded: RecordedState, isDeleted: Bool = false) {
        bits = UInt64(PackedVerdict(recorded.verdict).bits)
        since = recorded.since
        self.isDeleted = isDeleted
    }

    package var verdict: Verdict {
        @inline(__always) get { PackedVerdict(bits: UInt8(truncatingIfNeeded: bits)).verdict }
        @inline(__always) set { bits = bits & ~Self.verdictBits | UInt64(PackedVerdict(newValue).bits) }
    }

    /// When the state (not only its reason) last changed.
    package var since: Timestamp {
        get { Timestamp(microseconds: Int64(bitPattern: bits) >> Int64(Self.sinceShift)) }
        set {
            let held = min(max(newValue.microseconds, -Self.furthest), Self.furthest)
            let others = bits & (Self.verdictBits | Self.deletedBit)
            bits = UInt64(bitPattern: held) << Self.sinceShift | others
        }
    }

    /// The record is deleted: it stands here so that a question about a name looks at nothing else.
    package var isDeleted: Bool {
        @inline(__always) get { bits & Self.deletedBit != 0 }
        set { bits = newValue ? bits | Self.deletedBit : bits & ~Self.deletedBit }
    }

    /// What is said of it is this daemon's opinion alone, which is in no log.
    @inline(__always)
    var isLocalOpinion: Bool { !isDeleted && verdict.reason.isLocalOpinion }
}

/// When a service was last heard, as published with every flush: 16 bytes.
package struct Hearing: Sendable {
    private var stamp: Int64
    package var reportCount: UInt32
    private var isHeardHere: Bool

    /// Heard by this daemon.
    package init(heard: Instant, reportCount: UInt32) {
        stamp = heard.nanoseconds
        isHeardHere = true
        self.reportCount = reportCount
    }

    /// Not heard by this daemon; `lastSeenUp` is what the store had.
    package init(lastSeenUp: Timestamp?, reportCount: UInt32) {
        stamp = (lastSeenUp ?? .never).microseconds
        isHeardHere = false
        self.reportCount = reportCount
    }

    package var lastHeard: Instant? { isHeardHere ? Instant(nanoseconds: stamp) : nil }

    /// The store's stamp, where this daemon has not heard the service itself.
    package var lastSeenUp: Timestamp? {
        isHeardHere || stamp == Timestamp.never.microseconds ? nil : Timestamp(microseconds: stamp)
    }
}
