package import LivenessCore

extension SQLRecordStore {
    package func fold(
        _ folding: FlapFolding,
        since: Int64,
        limit: Int
    ) async throws(StoreError) -> FoldingProgress {
        guard limit > 0 else { return FoldingProgress(through: since, removed: 0, isUnfinished: false) }
        let found = try await reading { session in try Flapping(folding, since: since, limit: limit, in: session) }
        var removed = 0
        // A transaction for each service: what writes the log waits for none of them long.
        for (service, folds) in found.services where !folds.isEmpty {
            removed += try await writing { session in
                try folds.reduce(0) { removed, fold in
                    try session.execute(FoldingText.counting, [fold.count.stored, fold.into.stored])
                    return removed
                        + (try session.execute(
                            FoldingText.removal,
                            [
                                service.stored, fold.removed.lowerBound.stored, fold.removed.upperBound.stored,
                                folding.before.stored,
                            ]
                        ))
                }
            }
        }
        return FoldingProgress(through: found.through, removed: removed, isUnfinished: found.isUnfinished)
    }
}

/// What a stretch of the log tells of services that change their state too often.
private struct Flapping: Sendable {
    var through: Int64
    var isUnfinished = false
    var services: [(service: Int64, folds: [FlapFolding.Fold])] = []

    init(_ folding: FlapFolding, since: Int64, limit: Int, in session: some SQLSession) throws {
        through = since
        let stretch = try session.row(
            FoldingText.stretch,
            [folding.before.stored, since.stored, limit.stored],
            of: "transitions"
        ) { (count: try $0.integer(0), last: try $0.optionalInteger(1)) }
        guard let stretch, let last = stretch.last else { return }
        through = last
        isUnfinished = stretch.count == limit
        let found = try session.rows(
            FoldingText.services,
            [since.stored, last.stored, folding.before.stored, folding.limit.stored, folding.window.stored],
            of: "transitions"
        ) { try $0.integer(0) }
        services = try found.map { service in
            let rows = try session.rows(
                FoldingText.rows,
                [service.stored, folding.before.stored],
                of: "transitions"
            ) { stored in
                FlapFolding.Row(
                    revision: try stored.integer(0),
                    at: try stored.time(1) ?? Timestamp(microseconds: 0),
                    folded: try stored.count(2)
                )
            }
            return (service, folding.folds(of: rows))
        }
    }
}

private enum FoldingText {
    /// How many rows there are, and the last that is old enough.
    static let stretch = SQLText(
        """
        SELECT count(*), max(CASE WHEN at < ? THEN revision END) FROM \
        (SELECT revision, at FROM transitions WHERE revision > ? ORDER BY revision LIMIT ?) AS stretch
        """
    )
    /// The services with a change before which so many others stand, not longer ago than the window.
    static let services = SQLText(
        """
        SELECT DISTINCT service_id FROM transitions AS last \
        WHERE revision > ? AND revision <= ? AND kind = 'state' AND service_id IS NOT NULL AND at < ? AND \
        (SELECT first.at FROM transitions AS first WHERE first.service_id = last.service_id \
        AND first.revision <= last.revision AND first.kind = 'state' \
        ORDER BY first.revision DESC LIMIT 1 OFFSET ?) >= last.at - ?
        """
    )
    static let rows = SQLText(
        """
        SELECT revision, at, folded FROM transitions WHERE service_id = ? AND kind = 'state' AND at < ? \
        ORDER BY revision
        """
    )
    static let counting = SQLText("UPDATE transitions SET folded = ? WHERE revision = ?")
    static let removal = SQLText(
        """
        DELETE FROM transitions WHERE service_id = ? AND revision >= ? AND revision <= ? AND kind = 'state' AND at < ?
        """
    )
}
