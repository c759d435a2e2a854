package import LivenessCore

extension SQLRecordStore {
    package func take(_ services: [ImportedService], at: Timestamp) async throws(StoreError) -> [ImportResult] {
        try await writing { session in
            var log = try LogRows(session)
            var results: [ImportResult] = []
            results.reserveCapacity(services.count)
            for service in services { results.append(try Self.take(service, at: at, log: &log, in: session)) }
            try log.finish()
            return results
        }
    }

    private static func take(
        _ service: ImportedService,
        at: Timestamp,
        log: inout LogRows<Session>,
        in session: Session
    ) throws -> ImportResult {
        if let known = try ServiceRow.any(service.uuid, in: session) { return .present(known) }
        if service.deletedAt == nil, let holder = try ServiceRow.living(service.name, in: session) {
            return .conflict(holder)
        }
        var record = ServiceRecord(service, at: at)
        record.recorded.revision = log.take()
        try ServiceRow.insert(&record, into: session)
        if record.forcedDown != nil { try ServiceRow.updateEdited(record, in: session) }
        var rows = [record.creation(revision: record.recorded.revision, at: at)]
        log.append(rows[0], serviceID: record.id, actor: ServiceRecord.importer)
        if record.deletedAt != nil {
            try ServiceRow.delete(record, in: session)
            let deleted = record.deletion(revision: log.take(), at: at)
            log.append(deleted, serviceID: record.id, actor: ServiceRecord.importer)
            rows.append(deleted)
        }
        return .imported(record, transitions: rows)
    }
}
