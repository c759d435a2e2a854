import GRDB
import LivenessCore

/// Table `service_incarnations`.
enum IncarnationRow {
    static let columns = """
        service_id, worker, number, incarnation, version, first_seen, last_seen_up, last_sequence, failed_at, \
        replaced_at, left_at
        """

    static func record(_ row: Row) throws -> IncarnationRecord {
        let stored = StoredRow(row, of: "service_incarnations")
        var record = IncarnationRecord(
            serviceID: try stored.integer(0),
            worker: try stored.text(1),
            incarnation: try stored.optionalText(3),
            number: try stored.count(2),
            version: try stored.small(4),
            firstSeen: try stored.time(5) ?? Timestamp(microseconds: 0)
        )
        record.lastSeenUp = try stored.time(6)
        record.lastSequence = try stored.sequence(7)
        record.failedAt = try stored.time(8)
        record.replacedAt = try stored.time(9)
        record.leftAt = try stored.time(10)
        return record
    }

    /// All that are remembered of a service.
    static func all(of serviceID: Int64, in database: Database) throws -> [IncarnationRecord] {
        let statement = try database.cachedStatement(
            sql: "SELECT \(columns) FROM service_incarnations WHERE service_id = ?"
        )
        return try Row.fetchCursor(statement, arguments: [serviceID]).map(record).toArray()
    }

    /// The current ones of a service.
    static func current(of serviceID: Int64, in database: Database) throws -> [IncarnationRecord] {
        try all(of: serviceID, in: database).filter(\.isCurrent)
    }

    static func write(_ record: IncarnationRecord, to database: Database) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO service_incarnations (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (service_id, worker, number) DO UPDATE SET incarnation = excluded.incarnation, \
                version = excluded.version, first_seen = excluded.first_seen, last_seen_up = excluded.last_seen_up, \
                last_sequence = excluded.last_sequence, failed_at = excluded.failed_at, \
                replaced_at = excluded.replaced_at, left_at = excluded.left_at
                """
        ).execute(arguments: [
            record.serviceID, record.worker, record.number, record.incarnation, record.version,
            record.firstSeen.stored, record.lastSeenUp.stored, record.lastSequence.stored, record.failedAt.stored,
            record.replacedAt.stored, record.leftAt.stored,
        ])
    }

    /// Writes what flushes change.
    static func renew(_ record: IncarnationRecord, in database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE service_incarnations SET last_seen_up = ?, last_sequence = ?, replaced_at = ? \
                WHERE service_id = ? AND worker = ? AND number = ?
                """
        ).execute(arguments: [
            record.lastSeenUp.stored, record.lastSequence.stored, record.replacedAt.stored, record.serviceID,
            record.worker, record.number,
        ])
    }
}

extension Cursor {
    func toArray() throws -> [Element] {
        var elements: [Element] = []
        while let element = try next() { elements.append(element) }
        return elements
    }
}
