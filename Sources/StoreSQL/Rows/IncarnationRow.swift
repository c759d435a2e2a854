import LivenessCore

/// Table `service_incarnations`.
enum IncarnationRow {
    private static let key = ["service_id", "worker", "number"]
    private static let rest = [
        "incarnation", "version", "first_seen", "last_seen_up", "last_sequence", "failed_at", "replaced_at", "left_at",
    ]
    static let columns = (key + rest).joined(separator: ", ")

    static func record(_ stored: StoredRow) throws -> IncarnationRecord {
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
    static func all(of serviceID: Int64, in session: some SQLSession) throws -> [IncarnationRecord] {
        try session.rows(ofService, [serviceID.stored], of: "service_incarnations") { try record($0) }
    }

    private static let ofService = SQLText("SELECT \(columns) FROM service_incarnations WHERE service_id = ?")

    /// All that are remembered of services, by service.
    static func all(of services: [Int64], in session: some SQLSession) throws -> [Int64: [IncarnationRecord]] {
        guard !services.isEmpty else { return [:] }
        let all = try session.rows(ofServices, [services.sorted().stored], of: "service_incarnations") {
            try record($0)
        }
        return Dictionary(grouping: all, by: \.serviceID)
    }

    private static let ofServices = SQLText {
        "SELECT \(columns) FROM \($0.rows(of: "service_incarnations", whose: "service_id"))"
    }

    /// The current ones of a service.
    static func current(of serviceID: Int64, in session: some SQLSession) throws -> [IncarnationRecord] {
        try all(of: serviceID, in: session).filter(\.isCurrent)
    }

    static func write(_ records: [IncarnationRecord], to session: some SQLSession) throws {
        let rows = records.map { record in
            [
                record.serviceID.stored, record.worker.stored, record.number.stored, record.incarnation.stored,
                record.version.stored, record.firstSeen.stored, record.lastSeenUp.stored, record.lastSequence.stored,
                record.failedAt.stored, record.replacedAt.stored, record.leftAt.stored,
            ]
        }
        try insertion.write(rows, to: session)
    }

    private static let insertion = RowInsertion(into: "service_incarnations") { _ in
        key + rest
    } ending: {
        $0.updating(rest, ifThereIsOneOf: key.joined(separator: ", "))
    }

    /// Writes what flushes change.
    static func renew(_ record: IncarnationRecord, in session: some SQLSession) throws {
        try session.execute(
            renewal,
            [
                record.lastSeenUp.stored, record.lastSequence.stored, record.replacedAt.stored,
                record.serviceID.stored, record.worker.stored, record.number.stored,
            ]
        )
    }

    private static let renewal = SQLText(
        """
        UPDATE service_incarnations SET last_seen_up = ?, last_sequence = ?, replaced_at = ? \
        WHERE service_id = ? AND worker = ? AND number = ?
        """
    )
}
