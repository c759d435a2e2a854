import LivenessCore

/// Reads ledgers out of the tables and writes back what the rules changed in them.
enum LedgerRows {
    static func living(_ name: ServiceName, in session: some SQLSession) throws -> ServiceLedger? {
        guard let record = try ServiceRow.living(name, in: session) else { return nil }
        return ServiceLedger(record, incarnations: try IncarnationRow.all(of: record.id, in: session))
    }

    static func write(_ ledger: ServiceLedger, over old: ServiceLedger, to session: some SQLSession) throws {
        if ledger.record != old.record { try ServiceRow.updateLiveness(of: ledger.record, in: session) }
        let before = Set(old.incarnations)
        for incarnation in ledger.incarnations where !before.contains(incarnation) {
            try IncarnationRow.write(incarnation, to: session)
        }
    }

    /// What the deleted records of that name leave behind.
    static func burials(_ name: ServiceName, at: Timestamp, in session: some SQLSession) throws -> Burials {
        var burials = Burials()
        let graves = try session.rows(graves, [name.host.stored, name.binary.stored], of: "services") { stored in
            (id: try stored.integer(0), deleted: try stored.time(1), number: try stored.count(2))
        }
        for grave in graves {
            burials.highestNumber = max(burials.highestNumber, grave.number)
            guard let deleted = grave.deleted, deleted > at - Burials.memory else { continue }
            burials.areRecent = true
            for incarnation in try IncarnationRow.all(of: grave.id, in: session) {
                if let incarnation = incarnation.incarnation { burials.incarnations.insert(incarnation) }
            }
        }
        return burials
    }

    private static let graves = SQLText(
        "SELECT id, deleted_at, incarnation_number FROM services WHERE host = ? AND `binary` = ? AND deleted <> 0"
    )
}
