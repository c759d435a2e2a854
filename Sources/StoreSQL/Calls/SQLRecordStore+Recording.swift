package import LivenessCore

extension SQLRecordStore {
    package func record(
        _ changes: [StateChange],
        at: Timestamp
    ) async throws(StoreError) -> [RecordingResult] {
        try await writing { session in
            var log = try LogRows(session)
            var results: [RecordingResult] = []
            results.reserveCapacity(changes.count)
            for change in changes {
                results.append(try Self.record(change, log: &log, in: session))
            }
            try log.finish()
            return results
        }
    }

    private static func record(
        _ change: StateChange,
        log: inout LogRows<Session>,
        in session: Session
    ) throws -> RecordingResult {
        guard let transition = try transition(for: change, revision: log.next, in: session) else {
            let record = try ServiceRow.any(change.serviceID, in: session)
            return .superseded(record?.deletedAt == nil ? record : nil)
        }
        try ServiceRow.record(change, revision: transition.revision, in: session)
        try log.append(transition, serviceID: change.serviceID)
        return .recorded(transition)
    }

    /// The row to write; nil when the service is not as it was judged.
    private static func transition(
        for change: StateChange,
        revision: Int64,
        in session: Session
    ) throws -> Transition? {
        let found = try session.row(RecordingText.judged, [change.serviceID.stored], of: "services") {
            stored -> Transition? in
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
        return found ?? nil
    }

    package func record(_ event: DaemonEvent) async throws(StoreError) -> Transition {
        try await writing { session in
            var log = try LogRows(session)
            let transition = try log.append(event)
            try log.finish()
            return transition
        }
    }
}

private enum RecordingText {
    static let judged = SQLText {
        """
        SELECT uuid, host, `binary`, topic, coalesce(operator_zone, zone), state, state_revision, deleted \
        FROM services WHERE id = ?\($0.keepingRows)
        """
    }
}
