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
            let touched = try session.execute(Self.renewal[session.phase], arguments)
            if session.phase == .both { try session.execute(Self.copy, arguments) }
            guard touched < batch.count else { continue }
            untouched.formUnion(
                try session.rows(Self.untouched[session.phase], arguments) { try $0.integer(0) ?? 0 }
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

    private struct Text {
        var both: String
        var new: String

        subscript(phase: SchemaPhase) -> String { phase == .both ? both : new }
    }

    private static let renewal = Text(
        both: """
            UPDATE \(beats) STRAIGHT_JOIN services AS s ON s.id = beat.id AND s.incarnation_number = beat.number \
            SET \(renewed("s")) WHERE s.left_at IS NULL AND s.deleted = 0
            """,
        new: """
            UPDATE \(beats) STRAIGHT_JOIN service_heartbeats AS h ON h.service_id = beat.id AND h.number = beat.number \
            SET \(renewed("h"))
            """
    )

    private static func renewed(_ row: String) -> String {
        """
        \(row).report_count = \(row).report_count + beat.beats, \
        \(row).last_seen_up = greatest(coalesce(\(row).last_seen_up, beat.seen), beat.seen), \
        \(row).last_sequence = CASE WHEN beat.sequence IS NULL THEN \(row).last_sequence \
        ELSE greatest(coalesce(\(row).last_sequence, beat.sequence), beat.sequence) END, \
        \(row).never_heard = 0, \(row).last_daemon = ?, \(row).last_flush = ?
        """
    }

    /// The rows that the renewal touched, which this transaction keeps.
    private static let copy = HeartbeatRow.copying(
        from: """
            \(beats) STRAIGHT_JOIN services AS s ON s.id = beat.id WHERE s.last_daemon = ? AND s.last_flush = ?
            """,
        .mariaDB(.both)
    )

    private static let untouched = Text(
        both: """
            SELECT beat.id FROM \(beats) LEFT JOIN services AS s \
            ON s.id = beat.id AND s.incarnation_number = beat.number AND s.left_at IS NULL AND s.deleted = 0 \
            AND s.last_daemon = ? AND s.last_flush = ? WHERE s.id IS NULL
            """,
        new: """
            SELECT beat.id FROM \(beats) LEFT JOIN service_heartbeats AS h \
            ON h.service_id = beat.id AND h.number = beat.number AND h.last_daemon = ? AND h.last_flush = ? \
            WHERE h.service_id IS NULL
            """
    )
}
