package import LivenessCore

extension SQLRecordStore {
    package func admit(_ admissions: [Admission], at: Timestamp) async throws(StoreError) -> [AdmissionResult] {
        try await writing { session in
            var log = try LogRows(session)
            var results: [AdmissionResult] = []
            results.reserveCapacity(admissions.count)
            for admission in admissions {
                results.append(try Self.admit(admission, at: at, log: &log, in: session))
            }
            try log.finish()
            return results
        }
    }

    private static func admit(
        _ admission: Admission,
        at: Timestamp,
        log: inout LogRows<Session>,
        in session: Session
    ) throws -> AdmissionResult {
        let living = try LedgerRows.living(admission.name, in: session)
        let burials = try LedgerRows.burials(admission.name, at: at, in: session)
        switch AdmissionRule.decide(admission, living: living, burials: burials, at: at) {
        case .create(var record, var incarnation):
            record.recorded.revision = log.next
            try ServiceRow.insert(&record, into: session)
            incarnation.serviceID = record.id
            try IncarnationRow.write(incarnation, to: session)
            let created = record.creation(revision: log.next)
            try log.append(created, serviceID: record.id)
            return .admitted(record, incarnation, transitions: [created])
        case .renew(let ledger, let heard, let hasJoined):
            if let living { try LedgerRows.write(ledger, over: living, to: session) }
            guard hasJoined else { return .admitted(ledger.record, heard, transitions: []) }
            let updated = ledger.record.update(of: "workers", revision: log.next, at: at)
            try log.append(updated, serviceID: ledger.record.id)
            return .admitted(ledger.record, heard, transitions: [updated])
        case .reject(let rejection):
            return .rejected(rejection)
        }
    }

    package func depart(_ departures: [Departure], at: Timestamp) async throws(StoreError) -> [DepartureResult] {
        try await writing { session in
            try departures.map { departure in
                guard let ledger = try LedgerRows.living(departure.name, in: session) else { return .notFound }
                var departed = ledger
                switch departed.depart(departure, at: at) {
                case .departed(let incarnation, let changed):
                    if changed { try LedgerRows.write(departed, over: ledger, to: session) }
                    return .departed(departed.record, incarnation)
                case .notFound: return .notFound
                case .notCurrent: return .notCurrent
                }
            }
        }
    }
}
