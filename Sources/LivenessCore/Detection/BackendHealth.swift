/// Whether the back end answers: when it was last seen whole, and when a flush last went through.
struct BackendHealth: Sendable {
    var lastObservation: Instant
    var lastFlush: Instant
    /// Set while the back end counts as lost.
    var lostSince: Instant?
    /// The same by the wall clock as it was then.
    var lostSinceWall = Timestamp.never

    init(at now: Instant) {
        lastObservation = now
        lastFlush = now
    }

    /// Row 4 of the verdict table.
    var doubt: Reason? { lostSince == nil ? nil : .backendLost }
}
