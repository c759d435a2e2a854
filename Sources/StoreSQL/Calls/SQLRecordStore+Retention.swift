package import LivenessCore

extension SQLRecordStore {
    package func prune(_ limits: RetentionLimits, limit: Int) async throws(StoreError) -> Int {
        guard limit > 0 else { return 0 }
        // Counting rows per service walks the whole index, so it is done beside those who write, not in their way.
        let crowded = try await reading { session in
            try session.rows(
                RetentionText.crowded,
                [max(limits.perService, 0).stored, limit.stored],
                of: "transitions"
            ) { try $0.integer(0) }
        }
        return try await writing { session in
            var removed = try Self.removeOld(before: limits.transitionsBefore, limit: limit, in: session)
            for service in crowded where removed < limit {
                removed += try Self.removeSurplus(
                    of: service,
                    keeping: max(limits.perService, 0),
                    limit: limit - removed,
                    in: session
                )
            }
            for query in [RetentionText.replaced, RetentionText.deleted] where removed < limit {
                removed += try Self.removeIncarnations(
                    query,
                    before: limits.forgotten,
                    limit: min(limit - removed, RetentionText.mostIncarnations),
                    in: session
                )
            }
            if removed < limit {
                removed += try BrakeRow.prune(before: limits.transitionsBefore, limit: limit - removed, in: session)
            }
            if removed < limit {
                removed += try ArrivalRow.prune(before: limits.transitionsBefore, limit: limit - removed, in: session)
            }
            return removed
        }
    }

    /// From the oldest end of the log.
    private static func removeOld(before: Timestamp, limit: Int, in session: Session) throws -> Int {
        let last = try session.row(RetentionText.oldest, [limit.stored], of: "transitions") {
            try $0.optionalInteger(0)
        }
        guard let last, let last else { return 0 }
        return try session.execute(RetentionText.old, [last.stored, before.stored])
    }

    /// The oldest rows of a service that has more than are kept.
    private static func removeSurplus(of service: Int64, keeping: Int, limit: Int, in session: Session) throws -> Int {
        let newest = try session.row(RetentionText.beyond, [service.stored, keeping.stored], of: "transitions") {
            try $0.integer(0)
        }
        guard let newest else { return 0 }
        let last = try session.row(
            RetentionText.oldestOfService,
            [service.stored, newest.stored, limit.stored],
            of: "transitions"
        ) { try $0.optionalInteger(0) }
        guard let last, let last else { return 0 }
        return try session.execute(RetentionText.surplus, [service.stored, last.stored])
    }

    private static func removeIncarnations(
        _ query: SQLText,
        before: Timestamp,
        limit: Int,
        in session: Session
    ) throws -> Int {
        let keys = try session.rows(query, [before.stored, limit.stored], of: "service_incarnations") { stored in
            [try stored.integer(0).stored, try stored.text(1).stored, try stored.integer(2).stored]
        }
        return try keys.reduce(0) { try $0 + session.execute(RetentionText.incarnation, $1) }
    }
}

/// What is to be removed is found first and then removed by its key: MariaDB walks the whole table for a deletion whose
/// rows a subquery names.
private enum RetentionText {
    static let crowded = SQLText(
        """
        SELECT service_id FROM transitions WHERE service_id IS NOT NULL GROUP BY service_id HAVING count(*) > ? LIMIT ?
        """
    )
    /// Incarnations removed in one transaction, each by a statement of its own.
    static let mostIncarnations = 500
    static let oldest = SQLText(
        "SELECT max(revision) FROM (SELECT revision FROM transitions ORDER BY revision LIMIT ?) AS oldest"
    )
    static let old = SQLText("DELETE FROM transitions WHERE revision <= ? AND at < ?")
    static let beyond = SQLText(
        "SELECT revision FROM transitions WHERE service_id = ? ORDER BY revision DESC LIMIT 1 OFFSET ?"
    )
    static let oldestOfService = SQLText(
        """
        SELECT max(revision) FROM (SELECT revision FROM transitions WHERE service_id = ? AND revision <= ? \
        ORDER BY revision LIMIT ?) AS oldest
        """
    )
    static let surplus = SQLText("DELETE FROM transitions WHERE service_id = ? AND revision <= ?")
    static let replaced = SQLText(
        """
        SELECT service_id, worker, number FROM service_incarnations \
        WHERE replaced_at IS NOT NULL AND replaced_at < ? ORDER BY replaced_at LIMIT ?
        """
    )
    static let deleted = SQLText(
        """
        SELECT i.service_id, i.worker, i.number FROM services AS s JOIN service_incarnations AS i \
        ON i.service_id = s.id WHERE s.deleted <> 0 AND s.deleted_at < ? LIMIT ?
        """
    )
    static let incarnation = SQLText(
        "DELETE FROM service_incarnations WHERE service_id = ? AND worker = ? AND number = ?"
    )
}
