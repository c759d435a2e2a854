import LivenessCore

extension ServiceRow {
    /// Inserts a record and gives it its id.
    static func insert(_ record: inout ServiceRecord, into session: some SQLSession) throws {
        guard let inserted = try insert([record], into: session).first else { return }
        record = inserted
    }

    /// Inserts records; answers them, in their order, with their ids.
    static func insert(_ records: [ServiceRecord], into session: some SQLSession) throws -> [ServiceRecord] {
        guard !records.isEmpty else { return [] }
        let rows = records.map { settled($0) + moving($0, session.dialect) }
        let identities = try insertion.write(rows, to: session, answering: "services") { stored in
            let id = try stored.integer(0)
            return (try stored.uuid(1, row: id), id)
        }
        let ids = Dictionary(identities) { first, _ in first }
        let inserted = try records.map { record in
            guard let id = ids[record.uuid] else {
                throw StoreError(.corrupt, "services: the database did not say which id record \(record.uuid) got")
            }
            var record = record
            record.id = id
            return record
        }
        try HeartbeatRow.write(inserted, to: session)
        return inserted
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

    private static let insertion = RowInsertion(into: "services") {
        settled + moving($0)
    } ending: { _ in
        "RETURNING id, uuid"
    }

    /// Writes what heartbeats and departures change.
    static func updateLiveness(of records: [ServiceRecord], in session: some SQLSession) throws {
        guard !records.isEmpty else { return }
        let rows = records.map { record in
            [
                record.id.stored, record.topic.stored, record.reportedZone.stored, record.version.stored,
                record.reportInterval.stored, record.incarnation.stored, record.incarnationNumber.stored,
                record.leftAt.stored,
            ] + moving(record, session.dialect)
        }
        try session.update(livenessUpdate[session.dialect], rows)
        try HeartbeatRow.write(records, to: session)
    }

    private static let livenessUpdate = SQLText { dialect in
        let settled: [ListColumn] = [
            .text("topic", longest: 255), .text("zone", longest: 255), .integer("version"), .integer("report_interval"),
            .text("incarnation", longest: 64), .integer("incarnation_number"), .integer("left_at"),
        ]
        return dialect.update("services", setting: settled + (dialect.phase == .both ? HeartbeatRow.list : []))
    }

    /// Writes that it failed, or no longer has.
    static func updateFailure(of record: ServiceRecord, in session: some SQLSession) throws {
        let failure = record.failure
        try session.execute(failureUpdate, [(failure?.at).stored, (failure?.message).stored, record.id.stored])
    }

    private static let failureUpdate = SQLText("UPDATE services SET failed_at = ?, failure_message = ? WHERE id = ?")

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
        try HeartbeatRow.write([record], to: session)
    }

    private static let deletion = SQLText("UPDATE services SET deleted = id, deleted_at = ? WHERE id = ?")

    /// Writes verdicts that were recorded, each with its revision.
    static func record(_ changes: [(change: StateChange, revision: Int64)], in session: some SQLSession) throws {
        let rows = changes.map { change, revision in
            [
                change.serviceID.stored, change.verdict.state.word.stored, change.verdict.reason.word.stored,
                (change.verdict.lastState?.word).stored, change.at.stored, revision.stored,
            ]
        }
        try session.update(recording[session.dialect], rows)
    }

    private static let recording = SQLText {
        $0.update(
            "services",
            setting: [
                .text("state", longest: 16), .text("state_reason", longest: 64), .text("state_last", longest: 16),
                .integer("state_since"), .integer("state_revision"),
            ]
        )
    }
}
