import LivenessCore

/// Table `service_heartbeats`: what heartbeats move, apart from the wide record that they do not.
///
/// While daemons of release 1 may write (phase `both`) it all stands in the record as well. Whoever writes there, and
/// knows this table, copies it over in the same transaction: so the record is never behind the table, and is what is
/// read; what a daemon of release 1 wrote is copied when somebody next writes it, and before the phase ends.
package enum HeartbeatRow {
    /// Whose heartbeats count: NULL where nobody's do, because the service left or is deleted.
    private static let number = "number"
    /// What is meant where there is no row, other than NULL.
    private static let absent = ["report_count": "0", "never_heard": "1", "last_flush": "0"]
    /// Those that a record is written with.
    static let list: [ListColumn] = [
        .integer("last_seen_up"), .integer("last_sequence"), .integer("never_heard"),
        .text("last_daemon", longest: 255),
        .integer("last_flush"),
    ]
    static let written = list.map(\.name)
    private static let all = [number, "report_count"] + written

    // MARK: Where they are read

    /// The table that they stand in.
    static func table(_ dialect: SQLDialect) -> String {
        switch dialect.phase {
        case .both: "services"
        case .new: "service_heartbeats"
        }
    }

    /// What follows FROM in a query of records with their heartbeats.
    static func records(_ dialect: SQLDialect) -> String {
        switch dialect.phase {
        case .both: "services"
        case .new: "services LEFT JOIN service_heartbeats ON service_heartbeats.service_id = services.id"
        }
    }

    /// What follows FROM in a query of heartbeats with their records: the table of heartbeats is read, and the wide
    /// record only of those that are found there.
    static func heartbeats(_ dialect: SQLDialect) -> String {
        switch dialect.phase {
        case .both: "services"
        case .new:
            "service_heartbeats \(dialect.joiningInOrder) services ON services.id = service_heartbeats.service_id"
        }
    }

    /// The key of the table that such a query reads.
    static func key(_ dialect: SQLDialect) -> String {
        switch dialect.phase {
        case .both: "services.id"
        case .new: "service_heartbeats.service_id"
        }
    }

    /// The parts of that table.
    static func stretches(_ dialect: SQLDialect) -> KeyStretches {
        switch dialect.phase {
        case .both: recordStretches
        case .new: heartbeatStretches
        }
    }

    package static let recordStretches = KeyStretches(of: "services", by: "id")
    private static let heartbeatStretches = KeyStretches(of: "service_heartbeats", by: "service_id")

    /// A column of theirs in such a query.
    static func place(_ column: String, _ dialect: SQLDialect) -> String {
        switch dialect.phase {
        case .both: "services.\(column)"
        case .new: "service_heartbeats.\(column)"
        }
    }

    /// The same with what is meant where there is no row.
    static func value(_ column: String, _ dialect: SQLDialect) -> String {
        let place = place(column, dialect)
        guard dialect.phase == .new, let absent = absent[column] else { return place }
        return "coalesce(\(place), \(absent))"
    }

    // MARK: How they are written

    /// What `written` holds.
    static func values(_ record: ServiceRecord) -> [SQLValue] {
        [
            record.lastSeenUp.stored, record.lastSequence.stored, record.isNeverHeard.stored,
            record.lastDaemon.stored, record.lastFlush.stored,
        ]
    }

    /// Writes what an admission or a departure changes, and what a new record begins with.
    ///
    /// In phase `both` the record has it already.
    static func write(_ records: [ServiceRecord], to session: some SQLSession) throws {
        switch session.dialect.phase {
        case .both:
            for record in records { try session.execute(copy, [record.id.stored]) }
        case .new:
            let rows = records.map { record in
                let counts = record.leftAt == nil && record.deletedAt == nil
                return [record.id.stored, counts ? record.incarnationNumber.stored : .null] + values(record)
            }
            try writing.write(rows, to: session)
        }
    }

    private static let writing = RowInsertion(into: "service_heartbeats") { _ in
        ["service_id", number] + written
    } ending: {
        $0.updating([number] + written, ifThereIsOneOf: "service_id")
    }

    private static let copy = SQLText { copying(from: "services AS s WHERE s.id = ?", $0) }

    /// Copies the records that a query finds, which names `services` as `s`.
    package static func copying(from query: String, _ dialect: SQLDialect) -> String {
        let values = all.map { $0 == number ? counted : "s.\($0)" }
        return """
            INSERT INTO service_heartbeats (service_id, \(all.joined(separator: ", "))) \
            SELECT s.id, \(values.joined(separator: ", ")) FROM \(query) \
            \(dialect.updating(all, ifThereIsOneOf: "service_id"))
            """
    }

    private static let counted = "CASE WHEN s.left_at IS NULL AND s.deleted = 0 THEN s.incarnation_number END"

    /// Whether the row `h` says another thing than the record `s`.
    package static let differs =
        "NOT ("
        + all.map {
            "h.\($0) <=> \($0 == number ? counted : "s.\($0)")"
        }.joined(separator: " AND ") + ")"
}
