/// Up to which flush of each daemon an observer knows the table, and which table it was.
package struct FlushPositions: Hashable, Sendable {
    /// What an observation says about the table it saw.
    package enum Finding: Hashable, Sendable {
        /// The table observed before: what it brought is all that changed.
        case continued
        /// Another log than before; counters say nothing about what changed in it.
        case replaced
        /// A daemon's flush count went back: a backup was restored.
        case wentBack(daemon: String)
    }

    /// The flush count known, by daemon id.
    package private(set) var seen: [String: Int64]
    /// The log that `seen` is about; nil before the first observation.
    package private(set) var logID: String?

    package init(seen: [String: Int64] = [:]) {
        self.seen = seen
    }

    /// The records were read when the daemons had these counts.
    package mutating func loaded(_ daemons: [DaemonRecord]) {
        for daemon in daemons { seen[daemon.id] = daemon.flushCount }
    }

    /// This daemon's own flush is in the table.
    package mutating func flushed(_ count: Int64, by daemon: String) {
        seen[daemon] = max(seen[daemon] ?? 0, count)
    }

    /// Takes in an observation that was asked for with `asked`, the positions when it began.
    ///
    /// Flushes may have gone on meanwhile, so what went back is judged against `asked` only. Two observations may
    /// overlap: positions take the higher count of both. After `wentBack` nothing counts
    /// as seen.
    package mutating func observed(
        _ observation: HeartbeatObservation,
        asked: FlushPositions
    ) -> Finding {
        let counts = Dictionary(observation.daemons.map { ($0.id, $0.flushCount) }) { max($0, $1) }
        if let known = asked.logID, known != observation.head.logID {
            self = FlushPositions(seen: counts)
            logID = observation.head.logID
            return .replaced
        }
        let earlier = asked.seen.filter { (counts[$0.key] ?? 0) < $0.value }.keys.min()
        if let earlier {
            self = FlushPositions()
            logID = observation.head.logID
            return .wentBack(daemon: earlier)
        }
        logID = observation.head.logID
        seen.merge(counts) { max($0, $1) }
        return .continued
    }
}
