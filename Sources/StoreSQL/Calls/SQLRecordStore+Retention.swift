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
            var removed = try session.execute(
                RetentionText.old,
                [limit.stored, limits.transitionsBefore.stored]
            )
            for service in crowded where removed < limit {
                removed += try session.execute(
                    RetentionText.surplus,
                    [service.stored, max(limits.perService, 0).stored, (limit - removed).stored]
                )
            }
            for text in [RetentionText.replaced, RetentionText.deleted] where removed < limit {
                removed += try session.execute(text, [limits.forgotten.stored, (limit - removed).stored])
            }
            if removed < limit {
                removed += try BrakeRow.prune(before: limits.transitionsBefore, limit: limit - removed, in: session)
            }
            return removed
        }
    }
}

/// MariaDB takes a LIMIT within IN only one SELECT deeper, and deletes from a table that it reads only when what it
/// read was put aside: hence the inner tables.
private enum RetentionText {
    static let crowded = SQLText(
        """
        SELECT service_id FROM transitions WHERE service_id IS NOT NULL GROUP BY service_id HAVING count(*) > ? LIMIT ?
        """
    )
    /// From the oldest end of the log.
    static let old = SQLText(
        """
        DELETE FROM transitions WHERE revision IN (SELECT revision FROM \
        (SELECT revision, at FROM transitions ORDER BY revision LIMIT ?) AS oldest WHERE at < ?)
        """
    )
    /// The oldest rows of a service that has more than are kept.
    static let surplus = SQLText(
        """
        DELETE FROM transitions WHERE revision IN (SELECT revision FROM (SELECT revision FROM \
        (SELECT revision FROM transitions WHERE service_id = ? ORDER BY revision DESC LIMIT 1000000000 OFFSET ?) \
        AS beyond ORDER BY revision LIMIT ?) AS surplus)
        """
    )
    static let replaced = SQLText(
        """
        DELETE FROM service_incarnations WHERE (service_id, worker, number) IN \
        (SELECT service_id, worker, number FROM (SELECT service_id, worker, number FROM service_incarnations \
        WHERE replaced_at IS NOT NULL AND replaced_at < ? LIMIT ?) AS forgotten)
        """
    )
    static let deleted = SQLText(
        """
        DELETE FROM service_incarnations WHERE (service_id, worker, number) IN \
        (SELECT service_id, worker, number FROM (SELECT i.service_id, i.worker, i.number FROM services AS s \
        JOIN service_incarnations AS i ON i.service_id = s.id \
        WHERE s.deleted <> 0 AND s.deleted_at < ? LIMIT ?) AS forgotten)
        """
    )
}
