package import LivenessCore

extension LivenessEngine {
    /// How far apart heartbeats came since then, or as long as it is kept.
    ///
    /// As this daemon heard them to the present, and as others kept it last; whole stretches are told of.
    package func arrivals(since: Timestamp?) async throws(StoreError) -> ArrivalSum {
        let own = arrivalKeeper.unkept
        let earliest = Timestamp(microseconds: .min)
        var sum = try await store.arrivals(since: since ?? earliest, but: Set(own.map(\.id)))
        for stretch in own where stretch.ended > since ?? earliest { sum.add(stretch) }
        return sum
    }
}
