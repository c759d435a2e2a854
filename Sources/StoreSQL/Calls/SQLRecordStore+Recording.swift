package import LivenessCore

extension SQLRecordStore {
    package func record(
        _ changes: [StateChange],
        at: Timestamp
    ) async throws(StoreError) -> [RecordingResult] {
        try await writing { session in
            var log = try LogRows(session)
            let results = try Self.runs(of: changes).flatMap { try Self.record($0, log: &log, in: session) }
            try log.finish()
            return results
        }
    }

    /// Cut so that none holds a service twice: what is recorded first is read by what comes after it.
    private static func runs(of changes: [StateChange]) -> [ArraySlice<StateChange>] {
        var runs: [ArraySlice<StateChange>] = []
        var start = 0
        var seen: Set<Int64> = []
        for (position, change) in changes.enumerated() where !seen.insert(change.serviceID).inserted {
            runs.append(changes[start..<position])
            start = position
            seen = [change.serviceID]
        }
        return runs + [changes[start...]]
    }

    private static func record(
        _ changes: ArraySlice<StateChange>,
        log: inout LogRows<Session>,
        in session: Session
    ) throws -> [RecordingResult] {
        let standing = try standing(changes.map(\.serviceID), in: session)
        let transitions: [Transition?] = changes.map { change in
            guard let service = standing[change.serviceID], service.revision == change.judgedRevision else {
                return nil
            }
            let transition = service.transition(to: change, revision: log.take())
            log.append(transition, serviceID: change.serviceID)
            return transition
        }
        let outcomes = zip(changes, transitions)
        try ServiceRow.record(
            outcomes.compactMap { change, transition in transition.map { (change, $0.revision) } },
            in: session
        )
        let superseded = outcomes.filter { $0.1 == nil }.map(\.0.serviceID)
        let records = try ServiceRow.living(superseded, in: session)
        return outcomes.map { change, transition in
            transition.map(RecordingResult.recorded) ?? .superseded(records[change.serviceID])
        }
    }

    /// What of services that are not deleted a change of state depends on, and its row tells; for a transaction that may
    /// change them.
    private static func standing(_ ids: [Int64], in session: Session) throws -> [Int64: StandingService] {
        let found = try session.rows(RecordingText.standing, [Set(ids).sorted().stored], of: "services") { stored in
            let id = try stored.integer(0)
            return (
                id,
                StandingService(
                    uuid: try stored.uuid(1, row: id),
                    name: ServiceName(host: try stored.text(2), binary: try stored.text(3)),
                    topic: try stored.text(4),
                    zone: try stored.text(5),
                    state: LivenessState(word: try stored.text(6)) ?? .unknown,
                    revision: try stored.integer(7)
                )
            )
        }
        return Dictionary(found) { first, _ in first }
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

private struct StandingService {
    var uuid: ServiceUUID
    var name: ServiceName
    var topic: String
    var zone: String
    var state: LivenessState
    /// Of the transition that was recorded last.
    var revision: Int64

    func transition(to change: StateChange, revision: Int64) -> Transition {
        Transition(
            revision: revision,
            kind: .state,
            uuid: uuid,
            host: name.host,
            binary: name.binary,
            topic: topic,
            zone: zone,
            from: state,
            to: change.verdict.state,
            reason: change.verdict.reason.word,
            at: change.at
        )
    }
}

private enum RecordingText {
    static let standing = SQLText {
        """
        SELECT id, uuid, host, `binary`, topic, coalesce(operator_zone, zone), state, state_revision \
        FROM \($0.rows(of: "services", whose: "id")) AND deleted = 0 ORDER BY id\($0.keepingRows)
        """
    }
}
