import GRDB
package import LivenessCore

extension SQLiteStore {
    package func record(
        _ changes: [StateChange],
        at: Timestamp
    ) async throws(StoreError) -> [RecordingResult] {
        try await writing { database in
            var log = try LogRows(database)
            let recorder = try Recorder(database)
            var results: [RecordingResult] = []
            results.reserveCapacity(changes.count)
            for change in changes {
                results.append(try recorder.record(change, log: &log))
            }
            try log.finish()
            return results
        }
    }

    package func record(_ event: DaemonEvent) async throws(StoreError) -> Transition {
        try await writing { database in
            var log = try LogRows(database)
            let transition = Transition(event, revision: log.next)
            let serviceID = try Int64.fetchOne(
                database,
                sql: "SELECT id FROM services WHERE uuid = ?",
                arguments: [event.uuid.description]
            )
            try log.append(transition, serviceID: serviceID, actor: event.daemon)
            try log.finish()
            return transition
        }
    }
}

/// Records changes of state with three statements that are prepared once for the whole batch.
private struct Recorder {
    private let database: Database
    private let selection: Statement
    private let change: Statement

    init(_ database: Database) throws {
        self.database = database
        selection = try database.makeStatement(
            sql: """
                SELECT uuid, host, binary, topic, coalesce(operator_zone, zone), state, state_revision, deleted \
                FROM services WHERE id = ?
                """
        )
        change = try database.makeStatement(
            sql: """
                UPDATE services SET state = ?, state_reason = ?, state_last = ?, state_since = ?, state_revision = ? \
                WHERE id = ? AND state_revision = ? AND deleted = 0
                """
        )
    }

    func record(_ change: StateChange, log: inout LogRows) throws -> RecordingResult {
        guard let transition = try transition(for: change, revision: log.next) else {
            let record = try ServiceRow.any(change.serviceID, in: database)
            return .superseded(record?.deletedAt == nil ? record : nil)
        }
        let arguments: [DatabaseValue] = [
            change.verdict.state.word.databaseValue, change.verdict.reason.word.databaseValue,
            (change.verdict.lastState?.word).stored, change.at.stored, transition.revision.databaseValue,
            change.serviceID.databaseValue, change.judgedRevision.databaseValue,
        ]
        self.change.setUncheckedArguments(StatementArguments(arguments))
        try self.change.execute()
        try log.append(transition, serviceID: change.serviceID)
        return .recorded(transition)
    }

    /// The row to write; nil when the service is not as it was judged.
    private func transition(for change: StateChange, revision: Int64) throws -> Transition? {
        selection.setUncheckedArguments(StatementArguments([change.serviceID.databaseValue]))
        let rows = try Row.fetchCursor(selection)
        guard let row = try rows.next() else { return nil }
        let stored = StoredRow(row, of: "services")
        guard try stored.integer(6) == change.judgedRevision, try !stored.flag(7) else { return nil }
        return Transition(
            revision: revision,
            kind: .state,
            uuid: try stored.uuid(0, row: change.serviceID),
            host: try stored.text(1),
            binary: try stored.text(2),
            topic: try stored.text(3),
            zone: try stored.text(4),
            from: LivenessState(word: try stored.text(5)) ?? .unknown,
            to: change.verdict.state,
            reason: change.verdict.reason.word,
            at: change.at
        )
    }
}
