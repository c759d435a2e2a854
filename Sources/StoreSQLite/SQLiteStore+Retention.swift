import GRDB
package import LivenessCore

extension SQLiteStore {
    package func prune(_ limits: RetentionLimits, limit: Int) async throws(StoreError) -> Int {
        guard limit > 0 else { return 0 }
        // Counting rows per service walks the whole index, so it is done beside the writer, not in its way.
        let crowded = try await reading { database in
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT service_id FROM transitions WHERE service_id IS NOT NULL \
                    GROUP BY service_id HAVING count(*) > ? LIMIT ?
                    """,
                arguments: [max(limits.perService, 0), limit]
            )
        }
        return try await writing { database in
            var removed = try Self.removeOld(limits, atMost: limit, in: database)
            for service in crowded where removed < limit {
                removed += try Self.thin(service, limits, atMost: limit - removed, in: database)
            }
            removed += try Self.forget(limits.forgotten, atMost: limit - removed, in: database)
            return removed
        }
    }

    /// Removes transitions by age, from the oldest end of the log.
    private static func removeOld(_ limits: RetentionLimits, atMost limit: Int, in database: Database) throws -> Int {
        try database.execute(
            sql: """
                DELETE FROM transitions WHERE revision IN (SELECT revision FROM \
                (SELECT revision, at FROM transitions ORDER BY revision LIMIT ?) WHERE at < ?)
                """,
            arguments: [limit, limits.transitionsBefore.stored]
        )
        return database.changesCount
    }

    /// Removes the oldest rows of a service that has more than are kept.
    private static func thin(
        _ service: Int64,
        _ limits: RetentionLimits,
        atMost limit: Int,
        in database: Database
    ) throws -> Int {
        try database.execute(
            sql: """
                DELETE FROM transitions WHERE revision IN (SELECT revision FROM \
                (SELECT revision FROM transitions WHERE service_id = ? ORDER BY revision DESC LIMIT -1 OFFSET ?) \
                ORDER BY revision LIMIT ?)
                """,
            arguments: [service, max(limits.perService, 0), limit]
        )
        return database.changesCount
    }

    /// Removes incarnations that were replaced, or whose record was deleted, before then.
    private static func forget(_ before: Timestamp, atMost limit: Int, in database: Database) throws -> Int {
        guard limit > 0 else { return 0 }
        try database.execute(
            sql: """
                DELETE FROM service_incarnations WHERE (service_id, worker, number) IN \
                (SELECT service_id, worker, number FROM service_incarnations \
                WHERE replaced_at IS NOT NULL AND replaced_at < ? LIMIT ?)
                """,
            arguments: [before.stored, limit]
        )
        let replaced = database.changesCount
        try database.execute(
            sql: """
                DELETE FROM service_incarnations WHERE (service_id, worker, number) IN \
                (SELECT i.service_id, i.worker, i.number FROM services AS s \
                JOIN service_incarnations AS i ON i.service_id = s.id \
                WHERE s.deleted <> 0 AND s.deleted_at < ? LIMIT ?)
                """,
            arguments: [before.stored, limit - replaced]
        )
        return replaced + database.changesCount
    }
}
