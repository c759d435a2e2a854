package import LivenessCore

extension LivenessEngine {
    /// How far apart heartbeats came, of this daemon's services and as this daemon heard them: since `since`, or since it
    /// has been running, and at most for thirty days.
    package func arrivals(since: Timestamp?) -> (since: Timestamp, tallies: [Arrivals.Kind: Arrivals.Tally]) {
        let now = time.now
        let (arrivals, began) = shared.withLock { ($0.arrivals, $0.began) }
        let asked = since.map { now - (time.wall - $0) } ?? began
        let from = max(began, asked)
        let known = arrivals.tallies(since: from)
        return (wall(known.began), known.tallies)
    }
}
