extension InMemoryStore {
    package func take(_ services: [ImportedService], at: Timestamp) async throws(StoreError) -> [ImportResult] {
        try writing { tables in
            services.map { service in
                if let known = tables.identities[service.uuid].flatMap({ tables.ledgers[$0] }) {
                    return .present(known.record)
                }
                if service.deletedAt == nil, let holder = tables.ledger(of: service.name) {
                    return .conflict(holder.record)
                }
                let (ledger, created) = tables.insert(ServiceRecord(service, at: at), nil, at: at)
                var rows = [created]
                if ledger.record.deletedAt != nil {
                    let deleted = ledger.record.deletion(revision: tables.nextRevision, at: at)
                    tables.append(deleted, serviceID: ledger.record.id)
                    rows.append(deleted)
                }
                return .imported(ledger.record, transitions: rows)
            }
        }
    }
}
