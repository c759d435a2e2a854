import GRDB
package import LivenessCore

extension SQLiteStore {
    package func admit(_ admissions: [Admission], at: Timestamp) async throws(StoreError) -> [AdmissionResult] {
        try await writing { database in
            var log = try LogRows(database)
            var results: [AdmissionResult] = []
            results.reserveCapacity(admissions.count)
            for admission in admissions {
                results.append(try Self.admit(admission, at: at, log: &log, in: database))
            }
            try log.finish()
            return results
        }
    }

    private static func admit(
        _ admission: Admission,
        at: Timestamp,
        log: inout LogRows,
        in database: Database
    ) throws -> AdmissionResult {
        let living = try LedgerRows.living(admission.name, in: database)
        let burials = try LedgerRows.burials(admission.name, at: at, in: database)
        switch AdmissionRule.decide(admission, living: living, burials: burials, at: at) {
        case .create(var record, var incarnation):
            record.recorded.revision = log.next
            try ServiceRow.insert(&record, into: database)
            incarnation.serviceID = record.id
            try IncarnationRow.write(incarnation, to: database)
            let created = record.creation(revision: log.next)
            try log.append(created, serviceID: record.id)
            return .admitted(record, incarnation, transitions: [created])
        case .renew(let ledger, let heard):
            if let living { try LedgerRows.write(ledger, over: living, to: database) }
            return .admitted(ledger.record, heard, transitions: [])
        case .reject(let rejection):
            return .rejected(rejection)
        }
    }

    package func depart(_ departures: [Departure], at: Timestamp) async throws(StoreError) -> [DepartureResult] {
        try await writing { database in
            try departures.map { departure in
                guard let ledger = try LedgerRows.living(departure.name, in: database) else { return .notFound }
                var departed = ledger
                switch departed.depart(departure, at: at) {
                case .departed(let incarnation, let changed):
                    if changed { try LedgerRows.write(departed, over: ledger, to: database) }
                    return .departed(departed.record, incarnation)
                case .notFound: return .notFound
                case .notCurrent: return .notCurrent
                }
            }
        }
    }
}
