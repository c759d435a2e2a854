/// An incarnation that no longer counts, and is remembered so that it is refused without asking the store.
struct RetiredIncarnation: Hashable, Sendable {
    var service: UInt32
    var incarnationHash: UInt64
}

/// Why an incarnation was retired, and when (on our clock; what was retired earlier counts from the start).
struct Retirement: Sendable {
    var rejection: HeartbeatRejection
    var at: Instant
    /// Its place among all retirements and deletions.
    var order: UInt64
}

/// When a service was last deleted: every incarnation retired before then is refused as deleted.
struct Burial: Sendable {
    var at: Instant
    var order: UInt64
}
