import GRDB
import GRDBSQLite
package import LivenessCore
import StoreSQL

extension SQLiteStore {
    /// One statement, run for each row: there is no way to the server that would have to be saved.
    package func renew(
        _ flush: HeartbeatFlush,
        as count: Int64,
        in session: SQLiteSession
    ) throws -> Set<Int64> {
        let renewal = try session.database.makeStatement(
            sql: """
                UPDATE service_heartbeats SET report_count = report_count + ?1, \
                last_seen_up = max(coalesce(last_seen_up, ?2), ?2), \
                last_sequence = CASE WHEN ?3 IS NULL THEN last_sequence \
                ELSE max(coalesce(last_sequence, ?3), ?3) END, \
                never_heard = 0, last_daemon = ?4, last_flush = ?5 \
                WHERE service_id = ?6 AND number = ?7
                """
        )
        return try renewal.run(flush, as: count, on: session.database)
    }
}

extension Statement {
    /// Runs the statement of a renewal for each row, past the library's values: making those and binding them takes twice
    /// as long as SQLite does.
    fileprivate func run(_ flush: HeartbeatFlush, as count: Int64, on database: Database) throws -> Set<Int64> {
        let statement = sqliteStatement
        defer { clear() }
        // What stands in every row.
        _ = bind(flush.daemon, 4)
        sqlite3_bind_int64(statement, 5, count)
        var untouched: Set<Int64> = []
        // In the order of the rows, so that each page of the table is visited once.
        for beat in flush.renewals.sorted(by: { $0.serviceID < $1.serviceID }) {
            rewind()
            sqlite3_bind_int64(statement, 1, Int64(max(beat.beats, 0)))
            sqlite3_bind_int64(statement, 2, beat.lastSeenUp.microseconds)
            if let sequence = beat.sequence {
                sqlite3_bind_int64(statement, 3, Int64(clamping: sequence))
            } else {
                sqlite3_bind_null(statement, 3)
            }
            sqlite3_bind_int64(statement, 6, beat.serviceID)
            sqlite3_bind_int64(statement, 7, beat.incarnationNumber)
            _ = try step(on: database)
            if sqlite3_changes(database.sqliteConnection) == 0 { untouched.insert(beat.serviceID) }
        }
        return untouched
    }
}
