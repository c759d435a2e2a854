package import LivenessCore

/// How far apart heartbeats came, as the daemons of this database heard them.
package struct KnownArrivals: Hashable, Sendable {
    /// From when on it is known: whole stretches are told of, an hour or less.
    package var since: Timestamp
    /// Who heard them, by id.
    package var daemons: [String]
    package var tallies: [Arrivals.Kind: Arrivals.Tally]
}

extension LivenessEngine {
    /// How far apart heartbeats came since then, or as long as it is kept: this daemon's to the present, those of others
    /// as they were kept last.
    package func arrivals(since: Timestamp?) async throws(StoreError) -> KnownArrivals {
        let own = arrivalKeeper.unkept
        let kept = try await store.arrivals(since: since ?? Timestamp(microseconds: 0))
        let others = kept.filter { kept in !own.contains { $0.daemon == kept.daemon && $0.began == kept.began } }
        let all = others + own
        var sum = Arrivals()
        for stretch in all { sum.add(stretch.tallies) }
        return KnownArrivals(
            since: all.map(\.began).min() ?? time.wall,
            daemons: Set(all.map(\.daemon)).sorted(),
            tallies: sum.tallies
        )
    }

    /// Writes what this daemon heard, as it does each minute.
    package func keepArrivals() async { await arrivalKeeper.keep() }
}
