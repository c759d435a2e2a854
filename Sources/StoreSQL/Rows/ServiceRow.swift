import LivenessCore

/// Table `services`: its columns in the order they are read, and what they mean to the core.
enum ServiceRow {
    private static func columns(_ dialect: SQLDialect) -> String {
        func heartbeats(_ columns: String...) -> String {
            columns.map { HeartbeatRow.value($0, dialect) }.joined(separator: ", ")
        }
        return """
            id, uuid, host, `binary`, topic, zone, operator_zone, version, report_interval, disabled, disabled_reason, \
            forced_down, forced_down_reason, forced_down_by, forced_down_at, forced_down_until, state, state_reason, \
            state_last, state_since, state_revision, \(heartbeats("last_seen_up", "report_count", "last_sequence")), \
            incarnation, incarnation_number, \(heartbeats("never_heard")), imported, left_at, failed_at, \
            failure_message, edit, created_at, updated_at, deleted_at, deleted, \
            \(heartbeats("last_daemon", "last_flush"))
            """
    }

    /// A query of records, up to what is asked of them.
    static func query(_ dialect: SQLDialect) -> String {
        "SELECT \(columns(dialect)) FROM \(HeartbeatRow.records(dialect))"
    }

    /// A query of the records whose `key` is in a list.
    static func query(_ dialect: SQLDialect, among key: String) -> String {
        "SELECT \(columns(dialect)) FROM \(dialect.rows(of: HeartbeatRow.records(dialect), whose: key))"
    }

    static func record(_ stored: StoredRow) throws -> ServiceRecord {
        let id = try stored.integer(0)
        let created = try stored.time(32) ?? Timestamp(microseconds: 0)
        var record = ServiceRecord(
            id: id,
            uuid: try stored.uuid(1, row: id),
            name: ServiceName(host: try stored.text(2), binary: try stored.text(3)),
            topic: try stored.text(4),
            zone: try stored.text(5),
            createdAt: created
        )
        record.operatorZone = try stored.optionalText(6)
        record.version = try stored.small(7)
        record.reportInterval = try stored.interval(8)
        record.isDisabled = try stored.flag(9)
        record.disabledReason = try stored.optionalText(10)
        record.forcedDown = try forcedDown(stored, created: created)
        record.recorded = try recorded(stored, created: created)
        record.lastSeenUp = try stored.time(21)
        record.reportCount = try stored.count(22)
        record.lastSequence = try stored.sequence(23)
        record.incarnation = try stored.optionalText(24)
        record.incarnationNumber = try stored.count(25)
        record.isNeverHeard = try stored.flag(26)
        record.isImported = try stored.flag(27)
        record.leftAt = try stored.time(28)
        record.failure = try stored.time(29).map { Failure(at: $0, message: try stored.optionalText(30)) }
        record.edit = try stored.count(31)
        record.updatedAt = try stored.time(33)
        record.deletedAt = try stored.flag(35) ? try stored.time(34) ?? created : nil
        record.lastDaemon = try stored.optionalText(36)
        record.lastFlush = try stored.count(37)
        return record
    }

    private static func forcedDown(_ stored: StoredRow, created: Timestamp) throws -> ForcedDown? {
        guard try stored.flag(11) else { return nil }
        return ForcedDown(
            reason: try stored.optionalText(12),
            by: try stored.optionalText(13),
            at: try stored.time(14) ?? created,
            until: try stored.time(15)
        )
    }

    private static func recorded(_ stored: StoredRow, created: Timestamp) throws -> RecordedState {
        let state = LivenessState(word: try stored.text(16)) ?? .unknown
        return RecordedState(
            state: state,
            reason: Reason(word: try stored.text(17)) ?? plainReason(of: state),
            lastState: try stored.optionalText(18).flatMap(LivenessState.init(word:)),
            since: try stored.time(19) ?? created,
            revision: try stored.count(20)
        )
    }

    /// What stands for a reason that this release does not know.
    private static func plainReason(of state: LivenessState) -> Reason {
        switch state {
        case .up: .heartbeat
        case .down: .heartbeatMissed
        case .unknown: .neverReported
        }
    }
}

// MARK: One record

extension ServiceRow {
    /// The record of that name that is not deleted, for a transaction that may change it.
    static func living(_ name: ServiceName, in session: some SQLSession) throws -> ServiceRecord? {
        try session.row(ofName, [name.host.stored, name.binary.stored], of: "services") { try record($0) }
    }

    /// The record of that identity that is not deleted, for a transaction that may change it.
    static func living(_ uuid: ServiceUUID, in session: some SQLSession) throws -> ServiceRecord? {
        try session.row(ofIdentity, [uuid.description.stored], of: "services") { try record($0) }
    }

    /// The records of those ids that are not deleted, by id.
    static func living(_ ids: [Int64], in session: some SQLSession) throws -> [Int64: ServiceRecord] {
        guard !ids.isEmpty else { return [:] }
        let records = try session.rows(ofIDs, [Set(ids).sorted().stored], of: "services") { try record($0) }
        return Dictionary(records.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The same for a transaction that may change them.
    static func livingKept(_ ids: [Int64], in session: some SQLSession) throws -> [ServiceRecord] {
        guard !ids.isEmpty else { return [] }
        return try session.rows(ofIDsKept, [ids.sorted().stored], of: "services") { try record($0) }
    }

    /// The record of that id, deleted or not.
    static func any(_ id: Int64, in session: some SQLSession) throws -> ServiceRecord? {
        try session.row(ofID, [id.stored], of: "services") { try record($0) }
    }

    /// The record of that identity, deleted or not.
    static func any(_ uuid: ServiceUUID, in session: some SQLSession) throws -> ServiceRecord? {
        try session.row(everOfIdentity, [uuid.description.stored], of: "services") { try record($0) }
    }

    private static let everOfIdentity = SQLText { "\(query($0)) WHERE uuid = ?" }
    private static let ofName = SQLText {
        "\(query($0)) WHERE host = ? AND `binary` = ? AND deleted = 0\($0.keepingRows)"
    }
    private static let ofIdentity = SQLText {
        "\(query($0)) WHERE uuid = ? AND deleted = 0\($0.keepingRows)"
    }
    private static let ofIDsKept = SQLText { "\(query($0, among: "id")) AND deleted = 0\($0.keepingRows)" }
    private static let ofIDs = SQLText { "\(query($0, among: "id")) AND deleted = 0" }
    private static let ofID = SQLText { "\(query($0)) WHERE id = ?" }
}
