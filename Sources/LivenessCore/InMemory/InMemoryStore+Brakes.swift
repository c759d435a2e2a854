extension InMemoryStore {
    package func engage(_ brake: BrakeRecord, _ event: DaemonEvent) async throws(StoreError) -> Recorded<BrakeRecord> {
        try writing { tables in
            if let standing = tables.heldBrakes.first(where: { $0.scope == brake.scope }) {
                return Recorded(standing, transitions: [])
            }
            tables.brakes.append(brake)
            return Recorded(brake, transitions: [tables.append(event)])
        }
    }

    package func release(
        _ release: BrakeRelease,
        _ event: DaemonEvent
    ) async throws(StoreError) -> Recorded<BrakeRecord>? {
        try writing { tables in
            guard let found = tables.brakes.firstIndex(where: release.isMeant) else { return nil }
            tables.brakes[found] = release.applied(to: tables.brakes[found])
            return Recorded(tables.brakes[found], transitions: [tables.append(event)])
        }
    }

    package func brakes(limit: Int) async throws(StoreError) -> [BrakeRecord] {
        try reading { tables in
            let released = tables.brakes.filter { $0.releasedAt != nil }.reversed()
            return Array((tables.heldBrakes + released).prefix(max(limit, 0)))
        }
    }
}
