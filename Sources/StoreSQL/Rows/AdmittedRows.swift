import LivenessCore

/// The admissions of one transaction: what is known of their names is read at once, each is decided on after those before
/// it, and what came of all is written at once.
struct AdmittedRows<Session: SQLSession> {
    private let session: Session
    private let at: Timestamp
    private var log: LogRows<Session>
    /// As they were read.
    private let before: [ServiceName: ServiceLedger]
    private let burials: [ServiceName: Burials]
    /// As they are now, where that is another than before; a record without an id is new.
    private var after: [ServiceName: ServiceLedger] = [:]
    private var results: [AdmissionResult] = []

    init(of names: Set<ServiceName>, at: Timestamp, in session: Session) throws {
        self.session = session
        self.at = at
        log = try LogRows(session)
        before = try LedgerRows.living(names, in: session)
        burials = try LedgerRows.burials(names, at: at, in: session)
    }

    mutating func admit(_ admission: Admission) {
        let name = admission.name
        let living = after[name] ?? before[name]
        switch AdmissionRule.decide(admission, living: living, burials: burials[name] ?? Burials(), at: at) {
        case .create(var record, let incarnation):
            record.recorded.revision = log.take()
            after[name] = ServiceLedger(record, incarnations: [incarnation])
            let created = record.creation(revision: record.recorded.revision)
            results.append(.admitted(record, incarnation, transitions: [created]))
        case .renew(let ledger, let heard, let hasJoined):
            after[name] = ledger
            let joined = hasJoined ? [ledger.record.update(of: "workers", revision: log.take(), at: at)] : []
            results.append(.admitted(ledger.record, heard, transitions: joined))
        case .reject(let rejection):
            results.append(.rejected(rejection))
        }
    }

    /// Writes all of it.
    ///
    /// - Returns: What became of each, in the order they were admitted.
    mutating func finish() throws -> [AdmissionResult] {
        let ids = try writeNew()
        try LedgerRows.write(
            after.compactMap { name, ledger in before[name].map { (ledger, $0) } }
                .sorted { $0.ledger.record.id < $1.ledger.record.id },
            to: session
        )
        let finished = results.map { result in
            guard case .admitted(var record, var incarnation, let transitions) = result else { return result }
            if record.id == 0 { record.id = ids[record.uuid] ?? 0 }
            incarnation.serviceID = record.id
            for transition in transitions { log.append(transition, serviceID: record.id) }
            return .admitted(record, incarnation, transitions: transitions)
        }
        try log.finish()
        return finished
    }

    /// Writes those that were not there before; answers their ids.
    private func writeNew() throws -> [ServiceUUID: Int64] {
        let new = after.values.filter { $0.record.id == 0 }
            .sorted { $0.record.recorded.revision < $1.record.recorded.revision }
        let inserted = try ServiceRow.insert(new.map(\.record), into: session)
        let incarnations = zip(new, inserted).flatMap { ledger, record in
            ledger.incarnations.map { incarnation in
                var incarnation = incarnation
                incarnation.serviceID = record.id
                return incarnation
            }
        }
        try IncarnationRow.write(incarnations, to: session)
        return Dictionary(inserted.map { ($0.uuid, $0.id) }, uniquingKeysWith: { first, _ in first })
    }
}
