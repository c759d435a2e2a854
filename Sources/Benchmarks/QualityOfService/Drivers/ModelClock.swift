import LivenessCore

/// What time it is in a simulation, for drivers that ask.
final class ModelClock: Sendable {
    private let instant = Locked(Instant(nanoseconds: 0))

    var now: Instant { instant.withLock { $0 } }

    func move(to now: Instant) { instant.withLock { $0 = now } }
}
