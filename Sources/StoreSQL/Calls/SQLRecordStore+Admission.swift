package import LivenessCore

extension SQLRecordStore {
    package func admit(_ admissions: [Admission], at: Timestamp) async throws(StoreError) -> [AdmissionResult] {
        try await writing { session in
            var rows = try AdmittedRows(of: Set(admissions.map(\.name)), at: at, in: session)
            for admission in admissions { rows.admit(admission) }
            return try rows.finish()
        }
    }

    package func depart(_ departures: [Departure], at: Timestamp) async throws(StoreError) -> [DepartureResult] {
        try await writing { session in
            try departures.map { departure in
                guard let ledger = try LedgerRows.living(departure.name, in: session) else { return .notFound }
                var departed = ledger
                switch departed.depart(departure, at: at) {
                case .departed(let incarnation, let changed):
                    if changed { try LedgerRows.write([(departed, ledger)], to: session) }
                    return .departed(departed.record, incarnation)
                case .notFound: return .notFound
                case .notCurrent: return .notCurrent
                }
            }
        }
    }
}
