/// What a simulation saw, as counts and samples that can be added up.
///
/// A *detector* is one daemon's view of one service. Names of the measures are those of Chen, Toueg and Aguilera (IEEE
/// Transactions on Computers 51(5), 2002).
package struct QualityFigures: Sendable {
    /// One death as one daemon noticed it.
    package struct Detection: Hashable, Sendable {
        /// From the death to the last change to *down*, seconds: T_D.
        package var sinceDeath: Double
        /// From the last heartbeat that any daemon heard, seconds.
        package var sinceHeard: Double
        /// Of that, what is beyond the down time, seconds.
        package var beyondDeadline: Double
        /// The daemon that noticed is the one that heard the last heartbeat.
        package var isAtHearer: Bool
    }

    package var detections: [Detection] = []
    /// Deaths that a daemon had called down already by mistake: their T_D is zero.
    package var alreadyDown = 0
    /// Deaths that a daemon had not called down when the simulation ended.
    package var missed = 0
    /// A dead service was called something else again after it had been called down.
    package var revivals = 0
    /// Deaths of services that a daemon had not called up yet.
    package var unseen = 0

    /// Detectors' time with a living service, from the first *up* on, seconds.
    package var livingSeconds = 0.0
    /// Of that, seconds in which it was called down, and unknown.
    package var downSeconds = 0.0
    package var unknownSeconds = 0.0
    /// Changes to *down* of living services.
    package var mistakes = 0
    /// How long each lasted: until another answer, or until the service died.
    package var mistakeSeconds: [Double] = []

    package var tries = 0
    package var lost = 0
    /// Heartbeats that a daemon did not accept, or while it called its back end lost.
    package var refused = 0

    package init() {}

    package mutating func add(_ other: QualityFigures) {
        detections += other.detections
        alreadyDown += other.alreadyDown
        missed += other.missed
        revivals += other.revivals
        unseen += other.unseen
        livingSeconds += other.livingSeconds
        downSeconds += other.downSeconds
        unknownSeconds += other.unknownSeconds
        mistakes += other.mistakes
        mistakeSeconds += other.mistakeSeconds
        tries += other.tries
        lost += other.lost
        refused += other.refused
    }

    /// T_D of all detectors, those that were right by mistake included.
    package var detectionTimes: Quantiles {
        Quantiles(detections.map(\.sinceDeath) + Array(repeating: 0, count: alreadyDown))
    }

    package func sinceHeard(atHearer isAtHearer: Bool) -> Quantiles {
        Quantiles(detections.filter { $0.isAtHearer == isAtHearer }.map(\.sinceHeard))
    }

    package func beyondDeadline(atHearer isAtHearer: Bool) -> Quantiles {
        Quantiles(detections.filter { $0.isAtHearer == isAtHearer }.map(\.beyondDeadline))
    }

    /// T_MR in hours: the mean time of a detector from one mistake to the next; nil when there was none.
    package var mistakeRecurrenceHours: Double? {
        mistakes == 0 ? nil : livingSeconds / 3_600 / Double(mistakes)
    }

    /// T_M in seconds, on average; nil when there was no mistake.
    package var mistakeDuration: Double? {
        mistakeSeconds.isEmpty ? nil : mistakeSeconds.reduce(0, +) / Double(mistakeSeconds.count)
    }

    /// P_A: the part of the time of living services in which they were not called down.
    package var accuracy: Double { livingSeconds > 0 ? 1 - downSeconds / livingSeconds : 1 }

    package var unknownPart: Double { livingSeconds > 0 ? unknownSeconds / livingSeconds : 0 }
}

/// Values in order.
package struct Quantiles: Hashable, Sendable {
    package let sorted: [Double]

    package init(_ values: [Double]) { sorted = values.sorted() }

    package var isEmpty: Bool { sorted.isEmpty }
    package var least: Double { sorted.first ?? .nan }
    package var greatest: Double { sorted.last ?? .nan }

    /// The least value that at least this part of all do not exceed.
    package func quantile(_ part: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        let rank = Int((Double(sorted.count) * part).rounded(.up)) - 1
        return sorted[min(max(rank, 0), sorted.count - 1)]
    }
}
