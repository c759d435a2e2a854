import LivenessCore

extension ServiceRow {
    /// Inserts a record and gives it its id.
    static func insert(_ record: inout ServiceRecord, into session: some SQLSession) throws {
        try session.execute(
            insertion,
            [
                record.uuid.description.stored, record.host.stored, record.binary.stored, record.topic.stored,
                record.reportedZone.stored, record.operatorZone.stored, record.version.stored,
                record.reportInterval.stored, record.isDisabled.stored, record.disabledReason.stored,
                record.recorded.state.word.stored, record.recorded.reason.word.stored,
                (record.recorded.lastState?.word).stored, record.recorded.since.stored,
                record.recorded.revision.stored, record.lastSeenUp.stored, record.lastSequence.stored,
                record.incarnation.stored, record.incarnationNumber.stored, record.isNeverHeard.stored,
                record.isImported.stored, record.edit.stored, record.createdAt.stored, record.lastDaemon.stored,
                record.lastFlush.stored,
            ]
        )
        record.id = session.lastInsertedID
    }

    private static let insertion = SQLText(
        """
        INSERT INTO services (uuid, host, `binary`, topic, zone, operator_zone, version, report_interval, disabled, \
        disabled_reason, state, state_reason, state_last, state_since, state_revision, last_seen_up, last_sequence, \
        incarnation, incarnation_number, never_heard, imported, edit, created_at, last_daemon, last_flush) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    )

    /// Writes what heartbeats and departures change.
    static func updateLiveness(of record: ServiceRecord, in session: some SQLSession) throws {
        try session.execute(
            livenessUpdate,
            [
                record.topic.stored, record.reportedZone.stored, record.version.stored, record.reportInterval.stored,
                record.lastSeenUp.stored, record.lastSequence.stored, record.incarnation.stored,
                record.incarnationNumber.stored, record.isNeverHeard.stored, record.leftAt.stored,
                (record.failure?.at).stored, (record.failure?.message).stored, record.id.stored,
            ]
        )
    }

    private static let livenessUpdate = SQLText(
        """
        UPDATE services SET topic = ?, zone = ?, version = ?, report_interval = ?, last_seen_up = ?, \
        last_sequence = ?, incarnation = ?, incarnation_number = ?, never_heard = ?, left_at = ?, failed_at = ?, \
        failure_message = ? WHERE id = ?
        """
    )

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
