package import LivenessCore

extension SQLRecordStore {
    package func keep(_ stretch: ArrivalStretch) async throws(StoreError) {
        try await writing { try ArrivalRow.write(stretch, to: $0) }
    }

    package func arrivals(since: Timestamp) async throws(StoreError) -> [ArrivalStretch] {
        try await reading { try ArrivalRow.stretches(since: since, in: $0) }
    }
}
