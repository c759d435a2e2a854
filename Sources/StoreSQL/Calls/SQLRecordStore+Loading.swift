package import LivenessCore

extension SQLRecordStore {
    package func load(
        since forgotten: Timestamp,
        page: (sending LoadedPage) throws(StoreError) -> Void
    ) async throws(StoreError) -> LoadedHead {
        let snapshot = try await snapshot()
        let result: Result<LoadedHead, StoreError>
        do throws(StoreError) {
            result = .success(try await load(from: snapshot, since: forgotten, page: page))
        } catch {
            result = .failure(error)
        }
        await snapshot.close()
        return try result.get()
    }

    private func load(
        from snapshot: Snapshot,
        since forgotten: Timestamp,
        page: (sending LoadedPage) throws(StoreError) -> Void
    ) async throws(StoreError) -> LoadedHead {
        let head = try await snapshot.reading { session in
            LoadedHead(
                head: try LogHeadRow.head(of: session),
                daemons: try DaemonRow.all(in: session),
                brakes: try BrakeRow.held(in: session),
                newestStamp: try session.row(LoadingText.newestStamp, of: "services") { try $0.time(0) } ?? nil
            )
        }
        var last = Int64.min
        while true {
            let loaded = try await snapshot.reading { [last] session in
                try Self.page(after: last, since: forgotten, in: session)
            }
            guard let end = loaded.services.last?.id else { return head }
            last = end
            try page(loaded)
        }
    }

    private static func page(
        after last: Int64,
        since forgotten: Timestamp,
        in session: Session
    ) throws -> LoadedPage {
        let services = try session.rows(LoadingText.services, [last.stored, forgotten.stored], of: "services") {
            try ServiceRow.record($0)
        }
        guard let first = services.first?.id, let end = services.last?.id else {
            return LoadedPage(services: [], incarnations: [])
        }
        let shown = Set(services.map(\.id))
        let incarnations = try session.rows(
            LoadingText.incarnations,
            [first.stored, end.stored, forgotten.stored],
            of: "service_incarnations"
        ) { try IncarnationRow.record($0) }
        let remembered = incarnations.filter { shown.contains($0.serviceID) }.remembered
        return LoadedPage(services: services, incarnations: remembered)
    }
}

private enum LoadingText {
    /// Services in one page: some 2 MB of rows.
    private static let pageSize = 2_000

    static let newestStamp = SQLText {
        "SELECT max(\(HeartbeatRow.place("last_seen_up", $0))) FROM \(HeartbeatRow.records($0)) WHERE deleted = 0"
    }
    static let services = SQLText {
        """
        \(ServiceRow.query($0)) WHERE id > ? AND (deleted = 0 OR deleted_at >= ?) ORDER BY id LIMIT \(pageSize)
        """
    }
    static let incarnations = SQLText(
        """
        SELECT \(IncarnationRow.columns) FROM service_incarnations \
        WHERE service_id BETWEEN ? AND ? AND (replaced_at IS NULL OR replaced_at >= ?)
        """
    )
}
