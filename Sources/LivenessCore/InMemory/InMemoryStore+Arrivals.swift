extension InMemoryStore {
    package func keep(_ stretch: ArrivalStretch) async throws(StoreError) {
        try writing { tables in
            tables.arrivals.removeAll { $0.daemon == stretch.daemon && $0.began == stretch.began }
            tables.arrivals.append(stretch)
            tables.arrivals.sort { ($0.began, $0.daemon) < ($1.began, $1.daemon) }
        }
    }

    package func arrivals(since: Timestamp) async throws(StoreError) -> [ArrivalStretch] {
        try reading { tables in tables.arrivals.filter { $0.ended > since } }
    }
}
