import GRDB
import LivenessCore

/// Reads ledgers out of the tables and writes back what the rules changed in them.
enum LedgerRows {
    static func living(_ name: ServiceName, in database: Database) throws -> ServiceLedger? {
        guard let record = try ServiceRow.living(name, in: database) else { return nil }
        return ServiceLedger(record, incarnations: try IncarnationRow.all(of: record.id, in: database))
    }

    static func write(_ ledger: ServiceLedger, over old: ServiceLedger, to database: Database) throws {
        if ledger.record != old.record { try ServiceRow.updateLiveness(of: ledger.record, in: database) }
        let before = Set(old.incarnations)
        for incarnation in ledger.incarnations where !before.contains(incarnation) {
            try IncarnationRow.write(incarnation, to: database)
        }
    }

    /// What the deleted records of that name leave behind.
    static func burials(_ name: ServiceName, at: Timestamp, in database: Database) throws -> Burials {
        let statement = try database.cachedStatement(
            sql: """
                SELECT id, deleted_at, incarnation_number FROM services \
                WHERE host = ? AND binary = ? AND deleted <> 0
                """
        )
        var burials = Burials()
        var recent: [Int64] = []
        let rows = try Row.fetchCursor(statement, arguments: [name.host, name.binary])
        while let row = try rows.next() {
            let stored = StoredRow(row, of: "services")
            burials.highestNumber = max(burials.highestNumber, try stored.count(2))
            if let deleted = try stored.time(1), deleted > at - Burials.memory {
                burials.areRecent = true
                recent.append(try stored.integer(0))
            }
        }
        for id in recent {
            for incarnation in try IncarnationRow.all(of: id, in: database) {
                if let incarnation = incarnation.incarnation { burials.incarnations.insert(incarnation) }
            }
        }
        return burials
    }
}
