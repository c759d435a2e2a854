package import LivenessCore

/// Table `daemons`.
package enum DaemonRow {
    private static let key = "id"
    /// All but the key and the flush count, which only flushes move once the row is there.
    private static let kept = [
        "incarnation", "host", "`release`", "schema_min", "schema_max", "phase_seen", "settings_digest", "last_seen",
        "left_at", "retired_at", "drivers",
    ]
    private static let columns = ([key, "flush_count"] + kept).joined(separator: ", ")

    private static func record(_ stored: StoredRow) throws -> DaemonRecord {
        let least = try stored.small(5)
        var record = DaemonRecord(
            id: try stored.text(0),
            incarnation: try stored.text(2),
            host: try stored.text(3),
            release: try stored.small(4),
            schemaRange: least...max(least, try stored.small(6)),
            phaseSeen: try stored.text(7),
            flushCount: try stored.count(1),
            settingsDigest: try stored.text(8),
            lastSeen: try stored.time(9) ?? Timestamp(microseconds: 0)
        )
        record.leftAt = try stored.time(10)
        record.retiredAt = try stored.time(11)
        record.drivers = try stored.text(12).split(separator: ",").map(String.init)
        return record
    }

    package static func all(in session: some SQLSession) throws -> [DaemonRecord] {
        try session.rows(list, of: "daemons") { try record($0) }
    }

    private static let list = SQLText("SELECT \(columns) FROM daemons ORDER BY id")

    /// Inserts or updates a daemon's row, with the phase that this transaction writes for.
    static func write(_ record: DaemonRecord, to session: some SQLSession) throws {
        try session.execute(
            insertion,
            [
                record.id.stored, record.flushCount.stored, record.incarnation.stored, record.host.stored,
                record.release.stored, record.schemaRange.lowerBound.stored, record.schemaRange.upperBound.stored,
                session.dialect.phase.rawValue.stored, record.settingsDigest.stored, record.lastSeen.stored,
                record.leftAt.stored,
                record.retiredAt.stored, record.drivers.joined(separator: ",").stored,
            ]
        )
    }

    private static let insertion = SQLText { dialect in
        """
        INSERT INTO daemons (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
        \(dialect.updating(kept, ifThereIsOneOf: key))
        """
    }

    /// Takes a daemon out of the count, unless it is out already; answers its row.
    static func retire(_ id: String, at: Timestamp, in session: some SQLSession) throws -> DaemonRecord? {
        try session.execute(retirement, [at.stored, id.stored])
        return try session.row(one, [id.stored], of: "daemons") { try record($0) }
    }

    private static let retirement = SQLText("UPDATE daemons SET retired_at = ? WHERE id = ? AND retired_at IS NULL")
    private static let one = SQLText("SELECT \(columns) FROM daemons WHERE id = ?")

    /// Shows that the daemon lives, whatever an operator said, and which phase it writes for, moves its counter with the
    /// last part of a flush, and answers the count of this flush.
    static func note(_ flush: HeartbeatFlush, in session: some SQLSession) throws -> Int64 {
        let step: Int64 = flush.isLast ? 1 : 0
        let held = try session.answer(
            to: note,
            [
                step.stored, flush.count.stored, flush.at.stored, session.dialect.phase.rawValue.stored,
                flush.daemon.stored,
            ]
        )
        guard let held else { throw StoreError.unregistered(flush.daemon) }
        return flush.isLast ? held : max(held &+ 1, flush.count)
    }

    private static let note = SQLText { dialect in
        let count = "flush_count + ? * (\(dialect.greatest)(flush_count + 1, ?) - flush_count)"
        return dialect.update(
            "daemons",
            answering: "flush_count",
            setTo: count,
            and: "last_seen = ?, phase_seen = ?, retired_at = NULL WHERE id = ?"
        )
    }
}
