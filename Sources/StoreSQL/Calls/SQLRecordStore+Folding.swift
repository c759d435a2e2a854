package import LivenessCore

extension SQLRecordStore {
    package func fold(
        _ folding: FlapFolding,
        since: Int64,
        limit: Int
    ) async throws(StoreError) -> FoldingProgress {
        let nothing = FoldingProgress(through: since, removed: 0, isUnfinished: false)
        guard limit > 0 else { return nothing }
        let found = try await reading { session throws -> Stretch? in
            // A daemon of the release before does not get past rows that were removed before it read them.
            session.dialect.phase == .new ? try Stretch(folding, since: since, limit: limit, in: session) : nil
        }
        guard let found else { return nothing }
        var removed = 0
        // A transaction for each service: whoever writes the log waits for none of them long.
        for service in found.flapping {
            removed += try await writing { try Self.fold(folding, service, in: $0) }
        }
        return FoldingProgress(through: found.through, removed: removed, isUnfinished: found.isUnfinished)
    }

    private static func fold(_ folding: FlapFolding, _ service: Int64, in session: Session) throws -> Int {
        let arguments = [service.stored, folding.before.stored]
        let rows = try session.rows(FoldingText.rows, arguments, of: "transitions") { stored in
            FlapFolding.Row(
                revision: try stored.integer(0),
                at: try stored.time(1) ?? Timestamp(microseconds: 0),
                folded: try stored.count(2)
            )
        }
        return try folding.folds(of: rows).reduce(0) { removed, fold in
            try session.execute(FoldingText.counting, [fold.count.stored, fold.into.stored])
            let range = [fold.removed.lowerBound.stored, fold.removed.upperBound.stored]
            return removed
                + (try session.execute(FoldingText.removal, [service.stored] + range + [folding.before.stored]))
        }
    }
}

/// What a stretch of the log tells of services that change their state too often.
private struct Stretch: Sendable {
    var through: Int64
    var isUnfinished = false
    /// Services with a change before which so many others stand, not longer ago than the window.
    var flapping: [Int64] = []

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
        // A run that began before is seen by its changes here; further back than that nobody looks.
        let (begin, _) = since.subtractingReportingOverflow(2 * Int64(limit))
        var services: Set<Int64> = []
        _ = try session.rows(
            FoldingText.changes(folding.limit),
            [begin.stored, last.stored, folding.before.stored, since.stored],
            of: "transitions"
        ) { stored in
            let span = (try stored.time(1) ?? .never) - (try stored.time(2) ?? .never)
            if span <= folding.window { services.insert(try stored.integer(0)) }
        }
        flapping = services.sorted()
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

    /// Changes of a stretch, each with the moment of the change of its service that stands so many before it.
    ///
    /// One walk over the stretch: a subquery for each row walks all of its service's rows on MariaDB.
    static func changes(_ limit: Int) -> SQLText {
        SQLText(
            """
            SELECT service_id, at, first FROM (SELECT service_id, revision, at, \
            LAG(at, \(limit)) OVER (PARTITION BY service_id ORDER BY revision) AS first FROM transitions \
            WHERE revision > ? AND revision <= ? AND kind = 'state' AND service_id IS NOT NULL AND at < ?) AS changes \
            WHERE revision > ? AND first IS NOT NULL
            """
        )
    }

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
