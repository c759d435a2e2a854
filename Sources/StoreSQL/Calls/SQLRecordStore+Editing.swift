package import LivenessCore

extension SQLRecordStore {
    package func create(
        _ draft: ServiceDraft,
        at: Timestamp
    ) async throws(StoreError) -> Recorded<ServiceRecord>? {
        try await writing { session in
            var log = try LogRows(session)
            guard try ServiceRow.living(draft.name, in: session) == nil else { return nil }
            var record = ServiceRecord(draft, at: at)
            record.recorded.revision = log.take()
            try ServiceRow.insert(&record, into: session)
            let created = record.creation(revision: record.recorded.revision)
            log.append(created, serviceID: record.id, actor: draft.by)
            try log.finish()
            return Recorded(record, transitions: [created])
        }
    }

    package func edit(_ edit: RecordEdit, at: Timestamp) async throws(StoreError) -> EditResult {
        try await writing { session in
            // Before the record, as everywhere: whoever locks both in one order never waits in a circle.
            var log = try LogRows(session)
            guard var record = try ServiceRow.living(edit.uuid, in: session) else { return .notFound }
            switch record.apply(edit, at: at) {
            case .unchanged: return .edited(record, transitions: [])
            case .conflict: return .conflict(record)
            case .contradiction(let field, let message): return .contradiction(field: field, message: message)
            case .changed(let fields):
                try ServiceRow.updateEdited(record, in: session)
                let updated = record.update(of: fields, revision: log.take(), at: at)
                log.append(updated, serviceID: record.id, actor: edit.by)
                try log.finish()
                return .edited(record, transitions: [updated])
            }
        }
    }

    package func delete(
        _ uuid: ServiceUUID,
        by: String?,
        at: Timestamp
    ) async throws(StoreError) -> Recorded<ServiceRecord>? {
        try await writing { session in
            var log = try LogRows(session)
            guard var record = try ServiceRow.living(uuid, in: session) else { return nil }
            record.deletedAt = at
            try ServiceRow.delete(record, in: session)
            let deleted = record.deletion(revision: log.take(), at: at)
            log.append(deleted, serviceID: record.id, actor: by)
            try log.finish()
            return Recorded(record, transitions: [deleted])
        }
    }

    package func expireForcedDowns(at: Timestamp) async throws(StoreError) -> [Recorded<ServiceRecord>] {
        try await writing { session in
            // Nearly always there is none, and then nobody waits for the log.
            guard try !Self.expired(EditingText.expired, in: session).isEmpty else { return [] }
            var log = try LogRows(session)
            var results: [Recorded<ServiceRecord>] = []
            for id in try Self.expired(EditingText.expiredKept, in: session) {
                guard var record = try ServiceRow.any(id, in: session) else { continue }
                record.forcedDownExpired(at: at)
                try ServiceRow.updateEdited(record, in: session)
                let updated = record.update(of: "forced_down", revision: log.take(), at: at)
                log.append(updated, serviceID: id)
                results.append(Recorded(record, transitions: [updated]))
            }
            try log.finish()
            return results
        }
    }

    private static func expired(_ query: SQLText, in session: Session) throws -> [Int64] {
        try session.rows(query, of: "services") { try $0.integer(0) }
    }
}

private enum EditingText {
    static let expired = SQLText { query($0) }
    static let expiredKept = SQLText { query($0) + $0.keepingRows }

    /// By the database's own clock.
    private static func query(_ dialect: SQLDialect) -> String {
        """
        SELECT id FROM services WHERE forced_down = 1 AND forced_down_until IS NOT NULL AND deleted = 0 \
        AND forced_down_until <= \(dialect.now) ORDER BY id
        """
    }
}
