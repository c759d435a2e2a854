import GRDB
import LivenessCore

/// Table `daemons`.
enum DaemonRow {
    static let columns = """
        id, incarnation, host, release, schema_min, schema_max, phase_seen, flush_count, settings_digest, last_seen, \
        left_at, retired_at
        """

    static func record(_ row: Row) throws -> DaemonRecord {
        let stored = StoredRow(row, of: "daemons")
        let least = try stored.small(4)
        var record = DaemonRecord(
            id: try stored.text(0),
            incarnation: try stored.text(1),
            host: try stored.text(2),
            release: try stored.small(3),
            schemaRange: least...max(least, try stored.small(5)),
            phaseSeen: try stored.text(6),
            flushCount: try stored.count(7),
            settingsDigest: try stored.text(8),
            lastSeen: try stored.time(9) ?? Timestamp(microseconds: 0)
        )
        record.leftAt = try stored.time(10)
        record.retiredAt = try stored.time(11)
        return record
    }

    static func all(in database: Database) throws -> [DaemonRecord] {
        try Row.fetchCursor(database, sql: "SELECT \(columns) FROM daemons ORDER BY id").map(record).toArray()
    }

    /// Inserts or updates a daemon's row.
    ///
    /// Once it is there only flushes move its count.
    static func write(_ record: DaemonRecord, to database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO daemons (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, host = excluded.host, \
                release = excluded.release, schema_min = excluded.schema_min, schema_max = excluded.schema_max, \
                phase_seen = excluded.phase_seen, settings_digest = excluded.settings_digest, last_seen = excluded.last_seen, \
                left_at = excluded.left_at, retired_at = excluded.retired_at
                """,
            arguments: [
                record.id, record.incarnation, record.host, record.release, record.schemaRange.lowerBound,
                record.schemaRange.upperBound, record.phaseSeen, record.flushCount, record.settingsDigest,
                record.lastSeen.stored, record.leftAt.stored, record.retiredAt.stored,
            ]
        )
    }
}
