/// The times in which this daemon could not see: its loop was late, or its back end gave no complete observation.
///
/// They count against nobody. A service's deadline moves by each blind period that ended after it was last heard, at
/// most to one down time after that period ended.
package struct BlindTime: Sendable {
    package struct Period: Hashable, Sendable {
        package var began: Instant
        package var ended: Instant
        /// `localPause` or `backendLost`.
        package var cause: Reason

        package init(began: Instant, ended: Instant, cause: Reason) {
            self.began = began
            self.ended = ended
            self.cause = cause
        }
    }

    /// Oldest first; periods do not overlap.
    package private(set) var periods: [Period] = []
    /// How long it was blind since the start, by the cause of each period that ended.
    package private(set) var total: [Reason: Duration] = [.localPause: .zero, .backendLost: .zero]
    /// More periods than this are folded into the two oldest, which only ever gives more time.
    private static let mostPeriods = 64

    package init() {}

    package mutating func add(_ period: Period) {
        guard period.ended > period.began else { return }
        var merged = period
        var known = Duration.zero
        while let last = periods.last, last.ended >= merged.began {
            known += last.ended - last.began
            merged.began = min(merged.began, last.began)
            merged.ended = max(merged.ended, last.ended)
            periods.removeLast()
        }
        periods.append(merged)
        total[period.cause, default: .zero] += max(.zero, merged.ended - merged.began - known)
        if periods.count > Self.mostPeriods {
            periods[1].began = periods[0].began
            periods.removeFirst()
        }
    }

    /// Forgets what ended before `instant`: longer ago than any deadline reaches back.
    package mutating func forget(before instant: Instant) {
        periods.removeAll { $0.ended < instant }
    }

    /// Why a service last heard at `heard` has more time than its down time.
    package func cause(heard: Instant) -> Reason {
        periods.last { $0.ended > heard }?.cause ?? .localPause
    }

    /// When a service last heard at `heard` may be judged.
    package func deadline(heard: Instant, downTime: Duration) -> Instant {
        deadline(heard: heard, nanoseconds: downTime.clampedNanoseconds)
    }

    /// The same for the service of a row.
    @inline(__always)
    func deadline(_ row: RosterRow) -> Instant {
        deadline(heard: row.heardAt, nanoseconds: Int64(row.downTime) &* 1_000_000)
    }

    @inline(__always)
    private func deadline(heard: Instant, nanoseconds: Int64) -> Instant {
        var deadline = heard.nanoseconds &+ nanoseconds
        for period in periods where period.ended > heard {
            let seen = max(period.began, heard)
            let moved = deadline &+ (period.ended.nanoseconds &- seen.nanoseconds)
            deadline = max(deadline, min(moved, period.ended.nanoseconds &+ nanoseconds))
        }
        return Instant(nanoseconds: deadline)
    }
}
