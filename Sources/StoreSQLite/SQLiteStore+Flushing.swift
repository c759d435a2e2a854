import GRDB
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
        let daemon = flush.daemon.databaseValue
        let number = count.databaseValue
        var untouched: Set<Int64> = []
        // In the order of the rows, so that each page of the table is visited once.
        for beat in flush.renewals.sorted(by: { $0.serviceID < $1.serviceID }) {
            let arguments: [DatabaseValue] = [
                max(beat.beats, 0).databaseValue, beat.lastSeenUp.microseconds.databaseValue,
                beat.sequence.stored.databaseValue, daemon, number, beat.serviceID.databaseValue,
                beat.incarnationNumber.databaseValue,
            ]
            renewal.setUncheckedArguments(StatementArguments(arguments))
            try renewal.execute()
            if session.database.changesCount == 0 { untouched.insert(beat.serviceID) }
        }
        return untouched
    }
}
