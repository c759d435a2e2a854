package import LivenessCore

extension SQLRecordStore {
    package func keep(_ stretch: ArrivalStretch) async throws(StoreError) {
        try await writing { try ArrivalRow.write(stretch, to: $0) }
    }

    package func arrivals(
        since: Timestamp,
        but known: Set<ArrivalStretch.ID>
    ) async throws(StoreError) -> ArrivalSum {
        try await reading { try ArrivalRow.sum(since: since, but: known, in: $0) }
    }
}
