extension InMemoryStore {
    package func admit(_ admissions: [Admission], at: Timestamp) async throws(StoreError) -> [AdmissionResult] {
        await admissionDoor.pass()
        return try writing { tables in
            var results: [AdmissionResult] = []
            results.reserveCapacity(admissions.count)
            for admission in admissions {
                let decision = AdmissionRule.decide(
                    admission,
                    living: tables.ledger(of: admission.name),
                    burials: tables.burials(of: admission.name, at: at),
                    at: at
                )
                switch decision {
                case .create(let record, let incarnation):
                    let (ledger, created) = tables.insert(record, incarnation)
                    var heard = incarnation
                    heard.serviceID = ledger.record.id
                    results.append(.admitted(ledger.record, heard, transitions: [created]))
                case .renew(let ledger, let heard, let hasJoined):
                    tables.ledgers[ledger.record.id] = ledger
                    var rows: [Transition] = []
                    if hasJoined {
                        rows = [ledger.record.update(of: "workers", revision: tables.nextRevision, at: at)]
                        for row in rows { tables.append(row, serviceID: ledger.record.id) }
                    }
                    results.append(.admitted(ledger.record, heard, transitions: rows))
                case .reject(let rejection):
                    results.append(.rejected(rejection))
                }
            }
            return results
        }
    }

    package func depart(_ departures: [Departure], at: Timestamp) async throws(StoreError) -> [DepartureResult] {
        try writing { tables in
            departures.map { departure in
                guard var ledger = tables.ledger(of: departure.name) else { return .notFound }
                switch ledger.depart(departure, at: at) {
                case .departed(let incarnation, _):
                    tables.ledgers[ledger.record.id] = ledger
                    return .departed(ledger.record, incarnation)
                case .notFound: return .notFound
                case .notCurrent: return .notCurrent
                }
            }
        }
    }

    package func create(
        _ draft: ServiceDraft,
        at: Timestamp
    ) async throws(StoreError) -> Recorded<ServiceRecord>? {
        try writing { tables in
            guard tables.living[draft.name] == nil else { return nil }
            let (ledger, created) = tables.insert(ServiceRecord(draft, at: at), nil)
            return Recorded(ledger.record, transitions: [created])
        }
    }

    package func edit(_ edit: RecordEdit, at: Timestamp) async throws(StoreError) -> EditResult {
        try writing { tables in
            guard var ledger = tables.livingLedger(edit.uuid) else { return .notFound }
            switch ledger.record.apply(edit, at: at) {
            case .unchanged: return .edited(ledger.record, transitions: [])
            case .conflict: return .conflict(ledger.record)
            case .contradiction(let field, let message): return .contradiction(field: field, message: message)
            case .changed(let fields):
                tables.ledgers[ledger.record.id] = ledger
                let updated = ledger.record.update(of: fields, revision: tables.nextRevision, at: at)
                tables.append(updated, serviceID: ledger.record.id)
                return .edited(ledger.record, transitions: [updated])
            }
        }
    }

    package func delete(
        _ uuid: ServiceUUID,
        by: String?,
        at: Timestamp
    ) async throws(StoreError) -> Recorded<ServiceRecord>? {
        try writing { tables in
            guard var ledger = tables.livingLedger(uuid) else { return nil }
            let id = ledger.record.id
            ledger.record.deletedAt = at
            tables.ledgers[id] = ledger
            tables.living[ledger.record.name] = nil
            tables.deleted[ledger.record.name, default: []].append(id)
            let deleted = ledger.record.deletion(revision: tables.nextRevision, at: at)
            tables.append(deleted, serviceID: id)
            return Recorded(ledger.record, transitions: [deleted])
        }
    }

    package func expireForcedDowns(at: Timestamp) async throws(StoreError) -> [Recorded<ServiceRecord>] {
        let now = clock()
        return try writing { tables in
            var expired: [Recorded<ServiceRecord>] = []
            for id in tables.sortedIDs {
                guard var ledger = tables.ledgers[id], ledger.record.deletedAt == nil,
                    let until = ledger.record.forcedDown?.until, until <= now
                else { continue }
                ledger.record.forcedDownExpired(at: at)
                tables.ledgers[id] = ledger
                let updated = ledger.record.update(of: "forced_down", revision: tables.nextRevision, at: at)
                tables.append(updated, serviceID: id)
                expired.append(Recorded(ledger.record, transitions: [updated]))
            }
            return expired
        }
    }
}
