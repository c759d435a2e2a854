import GRDB
package import LivenessCore

extension SQLiteStore {
    package func flush(_ flush: HeartbeatFlush) async throws(StoreError) -> FlushResult {
        try await writing { [downTimes] database in
            let count = try Self.noteFlush(flush, in: database)
            var untouched = try Self.renew(flush, as: count, in: database)
            let workers = try WorkerRows.renew(flush, downTimes, in: database)
            untouched.formUnion(workers.untouched)

            var result = FlushResult(news: [], missing: [], incarnations: [])
            for id in untouched.union(workers.revised).sorted() {
                if let record = try ServiceRow.any(id, in: database) {
                    result.news.append(record)
                    guard untouched.contains(id) else { continue }
                    result.incarnations += try IncarnationRow.current(of: id, in: database)
                } else {
                    result.missing.append(id)
                }
            }
            return result
        }
    }

    /// Answers the services whose renewal touched no row.
    private static func renew(_ flush: HeartbeatFlush, as count: Int64, in database: Database) throws -> Set<Int64> {
        let renewal = try database.makeStatement(
            sql: """
                UPDATE services SET report_count = report_count + ?1, \
                last_seen_up = max(coalesce(last_seen_up, ?2), ?2), \
                last_sequence = CASE WHEN ?3 IS NULL THEN last_sequence \
                ELSE max(coalesce(last_sequence, ?3), ?3) END, \
                never_heard = 0, last_daemon = ?4, last_flush = ?5 \
                WHERE id = ?6 AND incarnation_number = ?7 AND left_at IS NULL AND deleted = 0
                """
        )
        let daemon = flush.daemon.databaseValue
        let number = count.databaseValue
        var untouched: Set<Int64> = []
        // In the order of the rows, so that each page of the table is visited once.
        for beat in flush.renewals.sorted(by: { $0.serviceID < $1.serviceID }) {
            let arguments: [DatabaseValue] = [
                max(beat.beats, 0).databaseValue, beat.lastSeenUp.stored, beat.sequence.stored, daemon, number,
                beat.serviceID.databaseValue, beat.incarnationNumber.databaseValue,
            ]
            renewal.setUncheckedArguments(StatementArguments(arguments))
            try renewal.execute()
            if database.changesCount == 0 { untouched.insert(beat.serviceID) }
        }
        return untouched
    }

    /// Moves the daemon's counter and answers the count of this flush.
    private static func noteFlush(_ flush: HeartbeatFlush, in database: Database) throws -> Int64 {
        let count = try Int64.fetchOne(
            database,
            sql: """
                UPDATE daemons SET flush_count = max(flush_count + 1, ?), last_seen = ? WHERE id = ? \
                RETURNING flush_count
                """,
            arguments: [flush.count, flush.at.stored, flush.daemon]
        )
        guard let count else { throw StoreError.unregistered(flush.daemon) }
        return count
    }

    package func observe(
        after seen: [String: Int64],
        as daemon: String
    ) async throws(StoreError) -> HeartbeatObservation {
        try await reading { database in
            let daemons = try DaemonRow.all(in: database)
            var changed: [ServiceRecord] = []
            // No index over (last_daemon, last_flush): it would cost every flush, and one daemon owns this file.
            // What others wrote is left by earlier daemons of another id, so the table is walked once for each.
            for other in daemons where other.id != daemon && seen[other.id] != other.flushCount {
                let known = seen[other.id].map { min($0, other.flushCount) } ?? -1
                changed += try Row.fetchCursor(
                    database,
                    sql: """
                        SELECT \(ServiceRow.columns) FROM services WHERE last_daemon = ? AND last_flush > ? ORDER BY id
                        """,
                    arguments: [other.id, known]
                ).map(ServiceRow.record).toArray()
            }
            return HeartbeatObservation(
                head: try LogRows.head(of: database),
                daemons: daemons,
                changed: changed
            )
        }
    }

    package func look(at ids: [Int64]) async throws(StoreError) -> [ServiceRecord] {
        try await reading { database in
            let statement = try database.makeStatement(
                sql: "SELECT \(ServiceRow.columns) FROM services WHERE id = ?"
            )
            var records: [ServiceRecord] = []
            records.reserveCapacity(ids.count)
            for id in ids {
                let rows = try Row.fetchCursor(statement, arguments: [id])
                if let row = try rows.next() { records.append(try ServiceRow.record(row)) }
            }
            return records
        }
    }
}
