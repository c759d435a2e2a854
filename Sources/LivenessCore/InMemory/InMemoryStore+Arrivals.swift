extension InMemoryStore {
    package func keep(_ stretch: ArrivalStretch) async throws(StoreError) {
        try writing { tables in tables.arrivals[stretch.id] = stretch }
    }

    package func arrivals(
        since: Timestamp,
        but known: Set<ArrivalStretch.ID>
    ) async throws(StoreError) -> ArrivalSum {
        try reading { tables in
            var sum = ArrivalSum()
            for stretch in tables.arrivals.values where stretch.ended > since && !known.contains(stretch.id) {
                sum.add(stretch)
            }
            return sum
        }
    }
}
