/// Whether the back end answers: when it was last seen whole, and when a flush last went through.
struct BackendHealth: Sendable {
    var lastObservation: Instant
    var lastFlush: Instant
    /// Set while the back end counts as lost.
    var lostSince: Instant?
    /// The same by the wall clock as it was then.
    var lostSinceWall = Timestamp.never
    /// The records' database did not answer when the back end was last observed.
    var isDatabaseLost = false
    /// When the back end was last seen to have lost what it held.
    var emptied: Instant?
    /// When it was last seen to drop what it should keep.
    var evicted: Instant?
    /// Services of whom the back end held nothing when they were last looked at.
    var missing: Set<UInt32> = []

    init(at now: Instant) {
        lastObservation = now
        lastFlush = now
    }

    /// Row 4 of the verdict table.
    var doubt: Reason? { lostSince == nil ? nil : .backendLost }

    /// Nothing is known against it: silence in it is silence.
    var isSound: Bool { lostSince == nil && emptied == nil && evicted == nil }
}
