import LivenessCore

/// Reads ledgers out of the tables and writes back what the rules changed in them.
enum LedgerRows {
    static func living(_ name: ServiceName, in session: some SQLSession) throws -> ServiceLedger? {
        guard let record = try ServiceRow.living(name, in: session) else { return nil }
        return ServiceLedger(record, incarnations: try IncarnationRow.all(of: record.id, in: session))
    }

    /// The records of those names that are not deleted, for a transaction that may change them.
    static func living(
        _ names: Set<ServiceName>,
        in session: some SQLSession
    ) throws -> [ServiceName: ServiceLedger] {
        // Locked in the order of their ids, as flushes do it: whoever locks in one order never waits in a circle.
        let ids = try session.rows(living, [list(names)], of: "services") { try $0.integer(0) }
        let records = try ServiceRow.livingKept(ids, in: session)
        let incarnations = try IncarnationRow.all(of: records.map(\.id), in: session)
        return Dictionary(
            records.map { ($0.name, ServiceLedger($0, incarnations: incarnations[$0.id] ?? [])) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private static func list(_ names: Set<ServiceName>) -> SQLValue {
        RowList.document(names.lazy.map { [$0.host.stored, $0.binary.stored] })
    }

    private static let living = SQLText { "SELECT id FROM \($0.rows(of: "services", named: "= 0"))" }

    /// Writes what changed in ledgers that were read.
    static func write(_ changes: [(ledger: ServiceLedger, old: ServiceLedger)], to session: some SQLSession) throws {
        let changed = changes.filter { $0.ledger.record != $0.old.record }
        try ServiceRow.updateLiveness(of: changed.map(\.ledger.record), in: session)
        for (ledger, old) in changed where ledger.record.failure != old.record.failure {
            try ServiceRow.updateFailure(of: ledger.record, in: session)
        }
        let incarnations = changes.flatMap { ledger, old in
            let before = Set(old.incarnations)
            return ledger.incarnations.filter { !before.contains($0) }
        }
        try IncarnationRow.write(incarnations, to: session)
    }

    /// What the deleted records of those names leave behind, where they leave anything.
    static func burials(
        _ names: Set<ServiceName>,
        at: Timestamp,
        in session: some SQLSession
    ) throws -> [ServiceName: Burials] {
        let graves = try session.rows(graves, [list(names)], of: "services") { stored in
            (
                id: try stored.integer(0), deleted: try stored.time(1), number: try stored.count(2),
                name: ServiceName(host: try stored.text(3), binary: try stored.text(4))
            )
        }
        func isRecent(_ deleted: Timestamp?) -> Bool { deleted.map { $0 > at - Burials.memory } ?? false }
        let recent = graves.filter { isRecent($0.deleted) }.map(\.id)
        let incarnations = try IncarnationRow.all(of: recent, in: session)
        var burials: [ServiceName: Burials] = [:]
        for grave in graves {
            var found = burials[grave.name] ?? Burials()
            found.highestNumber = max(found.highestNumber, grave.number)
            if isRecent(grave.deleted) {
                found.areRecent = true
                found.incarnations.formUnion((incarnations[grave.id] ?? []).compactMap(\.incarnation))
            }
            burials[grave.name] = found
        }
        return burials
    }

    private static let graves = SQLText { dialect in
        """
        SELECT id, deleted_at, incarnation_number, host, `binary` \
        FROM \(dialect.rows(of: "services", named: "<> 0"))
        """
    }
}
