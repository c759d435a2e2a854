import GRDB
package import LivenessCore

extension SQLiteStore {
    /// Services in one page: some 2 MB of rows.
    static let pageSize = 2_000

    package func load(
        since forgotten: Timestamp,
        page: (sending LoadedPage) throws(StoreError) -> Void
    ) async throws(StoreError) -> LoadedHead {
        let snapshot: DatabaseSnapshot
        do { snapshot = try pool.makeSnapshot() } catch { throw StoreError(sqlite: error, file: path) }
        defer { try? snapshot.close() }

        let head = try await reading(snapshot) { database in
            LoadedHead(
                head: try LogRows.head(of: database),
                daemons: try DaemonRow.all(in: database),
                newestStamp: try Int64.fetchOne(
                    database,
                    sql: "SELECT max(last_seen_up) FROM services WHERE deleted = 0"
                ).map(Timestamp.init(microseconds:))
            )
        }
        var last = Int64.min
        while true {
            let loaded = try await reading(snapshot) { [last] database in
                try Self.page(after: last, since: forgotten, in: database)
            }
            guard let end = loaded.services.last?.id else { return head }
            last = end
            try page(loaded)
        }
    }

    private func reading<Value: Sendable>(
        _ snapshot: DatabaseSnapshot,
        _ body: @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do { return try await snapshot.read(body) } catch { throw StoreError(sqlite: error, file: path) }
    }

    private static func page(
        after last: Int64,
        since forgotten: Timestamp,
        in database: Database
    ) throws -> LoadedPage {
        let services = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT \(ServiceRow.columns) FROM services \
                    WHERE id > ? AND (deleted = 0 OR deleted_at >= ?) ORDER BY id LIMIT ?
                    """
            ),
            arguments: [last, forgotten.stored, pageSize]
        ).map(ServiceRow.record).toArray()
        guard let first = services.first?.id, let end = services.last?.id else {
            return LoadedPage(services: [], incarnations: [])
        }
        let shown = Set(services.map(\.id))
        let incarnations = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT \(IncarnationRow.columns) FROM service_incarnations \
                    WHERE service_id BETWEEN ? AND ? AND (replaced_at IS NULL OR replaced_at >= ?)
                    """
            ),
            arguments: [first, end, forgotten.stored]
        ).map(IncarnationRow.record).toArray()
        let remembered = incarnations.filter { shown.contains($0.serviceID) }.remembered
        return LoadedPage(services: services, incarnations: remembered)
    }
}
