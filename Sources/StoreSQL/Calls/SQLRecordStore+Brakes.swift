package import LivenessCore

extension SQLRecordStore {
    package func engage(_ brake: BrakeRecord, _ event: DaemonEvent) async throws(StoreError) -> Recorded<BrakeRecord> {
        try await writing { session in
            // Whoever locks the head of the log first is first.
            var log = try LogRows(session)
            if let standing = try BrakeRow.holding(brake.scope, in: session) {
                return Recorded(standing.record, transitions: [])
            }
            try BrakeRow.insert(brake, in: session)
            let transition = try log.append(event)
            try log.finish()
            return Recorded(brake, transitions: [transition])
        }
    }

    package func release(
        _ release: BrakeRelease,
        _ event: DaemonEvent
    ) async throws(StoreError) -> Recorded<BrakeRecord>? {
        try await writing { session in
            var log = try LogRows(session)
            guard let standing = try BrakeRow.holding(release.scope, in: session), release.isMeant(standing.record)
            else { return nil }
            try BrakeRow.release(standing.id, release, in: session)
            let transition = try log.append(event)
            try log.finish()
            return Recorded(release.applied(to: standing.record), transitions: [transition])
        }
    }

    package func brakes(limit: Int) async throws(StoreError) -> [BrakeRecord] {
        try await reading { try BrakeRow.newest(max(limit, 0), in: $0) }
    }
}
