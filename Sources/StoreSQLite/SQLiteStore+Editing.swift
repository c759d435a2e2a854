import GRDB
package import LivenessCore

extension SQLiteStore {
    package func create(
        _ draft: ServiceDraft,
        at: Timestamp
    ) async throws(StoreError) -> Recorded<ServiceRecord>? {
        try await writing { database in
            guard try ServiceRow.living(draft.name, in: database) == nil else { return nil }
            var log = try LogRows(database)
            var record = ServiceRecord(draft, at: at)
            record.recorded.revision = log.next
            try ServiceRow.insert(&record, into: database)
            let created = record.creation(revision: log.next)
            try log.append(created, serviceID: record.id, actor: draft.by)
            try log.finish()
            return Recorded(record, transitions: [created])
        }
    }

    package func edit(_ edit: RecordEdit, at: Timestamp) async throws(StoreError) -> EditResult {
        try await writing { database in
            guard var record = try ServiceRow.living(edit.uuid, in: database) else { return .notFound }
            switch record.apply(edit, at: at) {
            case .unchanged: return .edited(record, transitions: [])
            case .conflict: return .conflict(record)
            case .contradiction(let field, let message): return .contradiction(field: field, message: message)
            case .changed(let fields):
                try ServiceRow.updateEdited(record, in: database)
                var log = try LogRows(database)
                let updated = record.update(of: fields, revision: log.next, at: at)
                try log.append(updated, serviceID: record.id, actor: edit.by)
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
        try await writing { database in
            guard var record = try ServiceRow.living(uuid, in: database) else { return nil }
            record.deletedAt = at
            try database.execute(
                sql: "UPDATE services SET deleted = id, deleted_at = ? WHERE id = ?",
                arguments: [at.stored, record.id]
            )
            var log = try LogRows(database)
            let deleted = record.deletion(revision: log.next, at: at)
            try log.append(deleted, serviceID: record.id, actor: by)
            try log.finish()
            return Recorded(record, transitions: [deleted])
        }
    }

    package func expireForcedDowns(at: Timestamp) async throws(StoreError) -> [Recorded<ServiceRecord>] {
        try await writing { database in
            let ids = try Int64.fetchAll(database, sql: Self.expiry, arguments: [at.stored]).sorted()
            guard !ids.isEmpty else { return [] }
            var log = try LogRows(database)
            var expired: [Recorded<ServiceRecord>] = []
            for id in ids {
                guard let record = try ServiceRow.any(id, in: database) else { continue }
                let updated = record.update(of: "forced_down", revision: log.next, at: at)
                try log.append(updated, serviceID: id)
                expired.append(Recorded(record, transitions: [updated]))
            }
            try log.finish()
            return expired
        }
    }

    /// One conditional update on the database's own clock, in microseconds (SQLite's has milliseconds).
    private static let expiry = """
        UPDATE services SET forced_down = 0, forced_down_reason = NULL, forced_down_by = NULL, \
        forced_down_at = NULL, forced_down_until = NULL, edit = edit + 1, updated_at = ?
        WHERE forced_down = 1 AND forced_down_until IS NOT NULL AND deleted = 0 AND forced_down_until <= \
        CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000
        RETURNING id
        """
}
