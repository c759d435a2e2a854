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
            let document = Self.document(batch)
            let touched = try session.execute(
                Self.renewal,
                [.text(document), .text(flush.daemon), .integer(count)]
            )
            guard touched < batch.count else { continue }
            untouched.formUnion(
                try session.rows(Self.untouched, [.text(document), .text(flush.daemon), .integer(count)]) {
                    try $0.integer(0) ?? 0
                }
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

    private static let renewal = """
        UPDATE \(beats) STRAIGHT_JOIN services AS s ON s.id = beat.id AND s.incarnation_number = beat.number \
        SET s.report_count = s.report_count + beat.beats, \
        s.last_seen_up = greatest(coalesce(s.last_seen_up, beat.seen), beat.seen), \
        s.last_sequence = CASE WHEN beat.sequence IS NULL THEN s.last_sequence \
        ELSE greatest(coalesce(s.last_sequence, beat.sequence), beat.sequence) END, \
        s.never_heard = 0, s.last_daemon = ?, s.last_flush = ? WHERE s.left_at IS NULL AND s.deleted = 0
        """

    private static let untouched = """
        SELECT beat.id FROM \(beats) LEFT JOIN services AS s \
        ON s.id = beat.id AND s.incarnation_number = beat.number AND s.left_at IS NULL AND s.deleted = 0 \
        AND s.last_daemon = ? AND s.last_flush = ? WHERE s.id IS NULL
        """
}
