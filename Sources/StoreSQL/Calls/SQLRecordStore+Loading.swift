package import LivenessCore

extension SQLRecordStore {
    package func load(
        since forgotten: Timestamp,
        head: (LoadedHead) -> Void,
        page: (sending LoadedPage) throws(StoreError) -> Void
    ) async throws(StoreError) -> LoadedHead {
        let snapshot = try await snapshot()
        let result: Result<LoadedHead, StoreError>
        do throws(StoreError) {
            result = .success(try await load(from: snapshot, since: forgotten, head: head, page: page))
        } catch {
            result = .failure(error)
        }
        await snapshot.close()
        return try result.get()
    }

    private func load(
        from snapshot: Snapshot,
        since forgotten: Timestamp,
        head showHead: (LoadedHead) -> Void,
        page: (sending LoadedPage) throws(StoreError) -> Void
    ) async throws(StoreError) -> LoadedHead {
        let head = try await snapshot.reading { session in
            let table = try session.row(LoadingText.heartbeats, of: "service_heartbeats") { stored in
                (newestStamp: try stored.time(0), count: try stored.count(1))
            }
            return LoadedHead(
                head: try LogHeadRow.head(of: session),
                daemons: try DaemonRow.all(in: session),
                brakes: try BrakeRow.held(in: session),
                newestStamp: table?.newestStamp,
                count: Int(clamping: table?.count ?? 0)
            )
        }
        showHead(head)
        var loaded = try await Self.page(of: snapshot, after: .min, since: forgotten).get()
        while let end = loaded.services.last?.id {
            async let next = Self.page(of: snapshot, after: end, since: forgotten)
            try page(loaded)
            loaded = try await next.get()
        }
        return head
    }

    @concurrent
    private static func page(
        of snapshot: Snapshot,
        after last: Int64,
        since forgotten: Timestamp
    ) async -> Result<LoadedPage, StoreError> {
        do throws(StoreError) {
            return .success(try await snapshot.reading { try page(after: last, since: forgotten, in: $0) })
        } catch {
            return .failure(error)
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
        // Of nearly all services the record says all there is: those of the others are looked up.
        var telling = Set(
            try session.rows(
                LoadingText.telling,
                [first.stored, end.stored, forgotten.stored],
                of: "service_incarnations"
            ) { try $0.integer(0) }
        )
        telling.formIntersection(services.map(\.id))
        telling.formUnion(services.filter { $0.deletedAt != nil }.map(\.id))
        guard !telling.isEmpty else { return LoadedPage(services: services, incarnations: []) }
        let incarnations = try session.rows(
            LoadingText.incarnations,
            [telling.sorted().stored, forgotten.stored],
            of: "service_incarnations"
        ) { try IncarnationRow.record($0) }
        return LoadedPage(services: services, incarnations: incarnations.remembered)
    }
}

private enum LoadingText {
    /// Services in one page: some 2 MB of rows.
    private static let pageSize = 2_000

    /// Also of services that are deleted by now: they were heard.
    static let heartbeats = SQLText { "SELECT max(last_seen_up), count(*) FROM \(HeartbeatRow.table($0))" }
    static let services = SQLText {
        """
        \(ServiceRow.query($0)) WHERE id > ? AND (deleted = 0 OR deleted_at >= ?) ORDER BY id LIMIT \(pageSize)
        """
    }
    /// Services with incarnations that say more than the record does.
    static let telling = SQLText(
        """
        SELECT DISTINCT service_id FROM service_incarnations \
        WHERE service_id BETWEEN ? AND ? AND (replaced_at IS NULL OR replaced_at >= ?) \
        AND (worker <> '' OR replaced_at IS NOT NULL OR left_at IS NOT NULL)
        """
    )
    static let incarnations = SQLText {
        """
        SELECT \(IncarnationRow.columns) FROM \($0.rows(of: "service_incarnations", whose: "service_id")) \
        AND (replaced_at IS NULL OR replaced_at >= ?)
        """
    }
}
