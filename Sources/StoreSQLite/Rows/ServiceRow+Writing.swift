import GRDB
import LivenessCore

extension ServiceRow {
    /// Inserts a record and gives it its id.
    static func insert(_ record: inout ServiceRecord, into database: Database) throws {
        try database.cachedStatement(sql: insertion).execute(arguments: [
            record.uuid.description, record.host, record.binary, record.topic, record.reportedZone,
            record.operatorZone, record.version, record.reportInterval.stored, record.isDisabled,
            record.disabledReason, record.recorded.state.word, record.recorded.reason.word,
            record.recorded.lastState?.word, record.recorded.since.stored, record.recorded.revision,
            record.lastSeenUp.stored, record.lastSequence.stored, record.incarnation, record.incarnationNumber,
            record.isNeverHeard, record.isImported, record.edit, record.createdAt.stored, record.lastDaemon,
            record.lastFlush,
        ])
        record.id = database.lastInsertedRowID
    }

    private static let insertion = """
        INSERT INTO services (uuid, host, binary, topic, zone, operator_zone, version, report_interval, disabled, \
        disabled_reason, state, state_reason, state_last, state_since, state_revision, last_seen_up, last_sequence, \
        incarnation, incarnation_number, never_heard, imported, edit, created_at, last_daemon, last_flush)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Writes what heartbeats and departures change.
    static func updateLiveness(of record: ServiceRecord, in database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE services SET topic = ?, zone = ?, version = ?, report_interval = ?, last_seen_up = ?, \
                last_sequence = ?, incarnation = ?, incarnation_number = ?, never_heard = ?, left_at = ?, \
                failed_at = ?, failure_message = ? WHERE id = ?
                """
        ).execute(arguments: [
            record.topic, record.reportedZone, record.version, record.reportInterval.stored,
            record.lastSeenUp.stored, record.lastSequence.stored, record.incarnation, record.incarnationNumber,
            record.isNeverHeard, record.leftAt.stored, (record.failure?.at).stored, record.failure?.message,
            record.id,
        ])
    }

    /// Writes what operators change.
    static func updateEdited(_ record: ServiceRecord, in database: Database) throws {
        let forced = record.forcedDown
        try database.cachedStatement(
            sql: """
                UPDATE services SET disabled = ?, disabled_reason = ?, forced_down = ?, forced_down_reason = ?, \
                forced_down_by = ?, forced_down_at = ?, forced_down_until = ?, operator_zone = ?, edit = ?, \
                updated_at = ? WHERE id = ?
                """
        ).execute(arguments: [
            record.isDisabled, record.disabledReason, forced != nil, forced?.reason, forced?.by,
            (forced?.at).stored, (forced?.until).stored, record.operatorZone, record.edit,
            record.updatedAt.stored, record.id,
        ])
    }
}

extension ServiceRow {
    /// The record of that name that is not deleted.
    static func living(_ name: ServiceName, in database: Database) throws -> ServiceRecord? {
        try one(
            database.cachedStatement(
                sql: "SELECT \(columns) FROM services WHERE host = ? AND binary = ? AND deleted = 0"
            ),
            [name.host, name.binary]
        )
    }

    /// The record of that identity that is not deleted.
    static func living(_ uuid: ServiceUUID, in database: Database) throws -> ServiceRecord? {
        try one(
            database.cachedStatement(sql: "SELECT \(columns) FROM services WHERE uuid = ? AND deleted = 0"),
            [uuid.description]
        )
    }

    /// The record of that id, deleted or not.
    static func any(_ id: Int64, in database: Database) throws -> ServiceRecord? {
        try one(database.cachedStatement(sql: "SELECT \(columns) FROM services WHERE id = ?"), [id])
    }

    private static func one(_ statement: Statement, _ arguments: StatementArguments) throws -> ServiceRecord? {
        try Row.fetchOne(statement, arguments: arguments).map(record)
    }
}
