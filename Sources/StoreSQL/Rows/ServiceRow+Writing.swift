import LivenessCore

extension ServiceRow {
    /// Inserts a record and gives it its id.
    static func insert(_ record: inout ServiceRecord, into session: some SQLSession) throws {
        try session.execute(insertion, settled(record) + moving(record, session.dialect))
        record.id = session.lastInsertedID
        try HeartbeatRow.write(record, to: session)
    }

    private static func settled(_ record: ServiceRecord) -> [SQLValue] {
        [
            record.uuid.description.stored, record.host.stored, record.binary.stored, record.topic.stored,
            record.reportedZone.stored, record.operatorZone.stored, record.version.stored,
            record.reportInterval.stored, record.isDisabled.stored, record.disabledReason.stored,
            record.recorded.state.word.stored, record.recorded.reason.word.stored,
            (record.recorded.lastState?.word).stored, record.recorded.since.stored,
            record.recorded.revision.stored, record.incarnation.stored, record.incarnationNumber.stored,
            record.isImported.stored, record.edit.stored, record.createdAt.stored, placeOfDeletion(record).stored,
        ]
    }

    private static let settled = [
        "uuid", "host", "`binary`", "topic", "zone", "operator_zone", "version", "report_interval", "disabled",
        "disabled_reason", "state", "state_reason", "state_last", "state_since", "state_revision", "incarnation",
        "incarnation_number", "imported", "edit", "created_at", "deleted",
    ]

    /// What keeps a record that is inserted as deleted apart from the living one of its name, until `delete` knows its id.
    private static func placeOfDeletion(_ record: ServiceRecord) -> Int64 {
        record.deletedAt == nil ? 0 : -1 - Int64(record.uuid.low >> 1)
    }

    /// What stands here as well while daemons of release 1 may look for it.
    private static func moving(_ record: ServiceRecord, _ dialect: SQLDialect) -> [SQLValue] {
        dialect.phase == .both ? HeartbeatRow.values(record) : []
    }

    private static func moving(_ dialect: SQLDialect) -> [String] {
        dialect.phase == .both ? HeartbeatRow.written : []
    }

    private static let insertion = SQLText { dialect in
        let columns = settled + moving(dialect)
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        return "INSERT INTO services (\(columns.joined(separator: ", "))) VALUES (\(places))"
    }

    /// Writes what heartbeats and departures change.
    static func updateLiveness(of record: ServiceRecord, in session: some SQLSession) throws {
        let values = [
            record.topic.stored, record.reportedZone.stored, record.version.stored, record.reportInterval.stored,
            record.incarnation.stored, record.incarnationNumber.stored, record.leftAt.stored,
            (record.failure?.at).stored, (record.failure?.message).stored,
        ]
        try session.execute(livenessUpdate, values + moving(record, session.dialect) + [record.id.stored])
        try HeartbeatRow.write(record, to: session)
    }

    private static let livenessUpdate = SQLText { dialect in
        let settled = [
            "topic", "zone", "version", "report_interval", "incarnation", "incarnation_number", "left_at", "failed_at",
            "failure_message",
        ]
        let columns = settled + moving(dialect)
        return "UPDATE services SET \(columns.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?"
    }

    /// Writes what operators change.
    static func updateEdited(_ record: ServiceRecord, in session: some SQLSession) throws {
        let forced = record.forcedDown
        try session.execute(
            edit,
            [
                record.isDisabled.stored, record.disabledReason.stored, (forced != nil).stored,
                (forced?.reason).stored, (forced?.by).stored, (forced?.at).stored, (forced?.until).stored,
                record.operatorZone.stored, record.edit.stored, record.updatedAt.stored, record.id.stored,
            ]
        )
    }

    private static let edit = SQLText(
        """
        UPDATE services SET disabled = ?, disabled_reason = ?, forced_down = ?, forced_down_reason = ?, \
        forced_down_by = ?, forced_down_at = ?, forced_down_until = ?, operator_zone = ?, edit = ?, updated_at = ? \
        WHERE id = ?
        """
    )

    static func delete(_ record: ServiceRecord, in session: some SQLSession) throws {
        try session.execute(deletion, [record.deletedAt.stored, record.id.stored])
        try HeartbeatRow.write(record, to: session)
    }

    private static let deletion = SQLText("UPDATE services SET deleted = id, deleted_at = ? WHERE id = ?")

    /// Writes a verdict that was recorded.
    static func record(_ change: StateChange, revision: Int64, in session: some SQLSession) throws {
        try session.execute(
            recording,
            [
                change.verdict.state.word.stored, change.verdict.reason.word.stored,
                (change.verdict.lastState?.word).stored, change.at.stored, revision.stored, change.serviceID.stored,
            ]
        )
    }

    private static let recording = SQLText(
        """
        UPDATE services SET state = ?, state_reason = ?, state_last = ?, state_since = ?, state_revision = ? \
        WHERE id = ?
        """
    )
}
