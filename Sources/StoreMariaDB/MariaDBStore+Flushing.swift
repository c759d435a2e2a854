package import LivenessCore
import MariaDBClient
import StoreSQL

extension MariaDBStore {
    /// One statement for thousands of rows: what each of them gets goes over as one JSON text.
    ///
    /// Sorted by key, so that two flushes lock the rows they share in one order.
    package func renew(
        _ flush: HeartbeatFlush,
        as count: Int64,
        in session: StoreSession
    ) throws -> Set<Int64> {
        var untouched: Set<Int64> = []
        let beats = flush.renewals.sorted { $0.serviceID < $1.serviceID }
        for start in stride(from: 0, to: beats.count, by: Self.largestBatch) {
            let batch = beats[start..<min(start + Self.largestBatch, beats.count)]
            let arguments: [SQLValue] = [.text(Self.document(batch)), .text(flush.daemon), .integer(count)]
            let touched = try session.execute(Self.renewal[session.dialect], arguments)
            if session.phase == .both { try session.execute(Self.copy, arguments) }
            guard touched < batch.count else { continue }
            untouched.formUnion(
                try session.rows(Self.untouched[session.dialect], arguments) { try $0.integer(0) ?? 0 }
            )
        }
        return untouched
    }

    /// A statement gets cheaper per row up to some thousands of them, and the lock on the first is held until the last.
    private static let largestBatch = 5_000

    private static func document(_ beats: ArraySlice<HeartbeatRenewal>) -> String {
        let rows = beats.map { beat in
            """
            [\(beat.serviceID),\(beat.incarnationNumber),\(beat.lastSeenUp.microseconds),\(max(beat.beats, 0)),\
            \(beat.sequence.map { String(Int64(clamping: $0)) } ?? "null")]
            """
        }
        return "[\(rows.joined(separator: ","))]"
    }

    private static let beats = """
        json_table(?, '$[*]' COLUMNS (id BIGINT PATH '$[0]', number BIGINT PATH '$[1]', seen BIGINT PATH '$[2]', \
        beats BIGINT PATH '$[3]', sequence BIGINT PATH '$[4]')) AS beat
        """

    /// The row of each beat, while its heartbeats count.
    ///
    /// By its key, always: while the table counts as small (its statistics are seconds behind) the server would read one
    /// of the two whole for each row of the other.
    private static func current(_ dialect: SQLDialect) -> String {
        switch dialect.phase {
        case .both:
            """
            services AS r FORCE INDEX (PRIMARY) ON r.id = beat.id AND r.incarnation_number = beat.number \
            AND r.left_at IS NULL AND r.deleted = 0
            """
        case .new: "service_heartbeats AS r FORCE INDEX (PRIMARY) ON r.service_id = beat.id AND r.number = beat.number"
        }
    }

    static let renewal = SQLText { dialect in
        """
        UPDATE \(beats) STRAIGHT_JOIN \(current(dialect)) SET r.report_count = r.report_count + beat.beats, \
        r.last_seen_up = greatest(coalesce(r.last_seen_up, beat.seen), beat.seen), \
        r.last_sequence = CASE WHEN beat.sequence IS NULL THEN r.last_sequence \
        ELSE greatest(coalesce(r.last_sequence, beat.sequence), beat.sequence) END, \
        r.never_heard = 0, r.last_daemon = ?, r.last_flush = ?
        """
    }

    private static let untouched = SQLText { dialect in
        """
        SELECT beat.id FROM \(beats) LEFT JOIN \(current(dialect)) AND r.last_daemon = ? AND r.last_flush = ? \
        WHERE r.last_flush IS NULL
        """
    }

    /// The rows that the renewal touched, which this transaction keeps; in phase `both`.
    private static let copy = HeartbeatRow.copying(
        from: """
            \(beats) STRAIGHT_JOIN services AS s FORCE INDEX (PRIMARY) ON s.id = beat.id \
            AND s.incarnation_number = beat.number AND s.left_at IS NULL AND s.deleted = 0 WHERE s.last_daemon = ? AND s.last_flush = ?
            """,
        .mariaDB(.both)
    )
}
