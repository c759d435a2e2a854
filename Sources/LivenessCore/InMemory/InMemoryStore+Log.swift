extension InMemoryStore {
    package func record(
        _ changes: [StateChange],
        at: Timestamp
    ) async throws(StoreError) -> [RecordingResult] {
        try writing { tables in
            changes.map { change in
                guard var ledger = tables.ledgers[change.serviceID], ledger.record.deletedAt == nil else {
                    return .superseded(nil)
                }
                guard ledger.record.recorded.revision == change.judgedRevision else {
                    return .superseded(ledger.record)
                }
                let transition = ledger.record.transition(
                    .state,
                    from: ledger.record.recorded.state,
                    to: change.verdict.state,
                    reason: change.verdict.reason.word,
                    revision: tables.nextRevision,
                    at: change.at
                )
                ledger.record.recorded = RecordedState(
                    state: change.verdict.state,
                    reason: change.verdict.reason,
                    lastState: change.verdict.lastState,
                    since: change.at,
                    revision: transition.revision
                )
                tables.ledgers[change.serviceID] = ledger
                tables.append(transition, serviceID: change.serviceID)
                return .recorded(transition)
            }
        }
    }

    package func record(_ event: DaemonEvent) async throws(StoreError) -> Transition {
        try writing { $0.append(event) }
    }

    package func transitions(since: Int64, limit: Int) async throws(StoreError) -> TransitionPage {
        try reading { tables in
            TransitionPage(
                transitions: tables.log.lazy.map(\.transition).filter { $0.revision > since }
                    .prefix(max(limit, 0)).map { $0 },
                head: tables.head
            )
        }
    }

    package func news(since: Int64, limit: Int) async throws(StoreError) -> LogNews {
        try reading { tables in
            let rows = tables.log.filter { $0.transition.revision > since }.prefix(max(limit, 0))
            return LogNews(
                page: TransitionPage(transitions: rows.map(\.transition), head: tables.head),
                records: tables.page(of: rows.compactMap(\.serviceID))
            )
        }
    }

    package func history(of uuid: ServiceUUID, limit: Int) async throws(StoreError) -> [Transition] {
        try reading { tables in
            guard let id = tables.identities[uuid] else { return [] }
            return tables.log.reversed().lazy.filter { $0.serviceID == id }
                .prefix(max(limit, 0)).map(\.transition)
        }
    }

    package func prune(_ limits: RetentionLimits, limit: Int) async throws(StoreError) -> Int {
        try writing { tables in
            guard limit > 0 else { return 0 }
            var removed = tables.removeTransitions(limits, atMost: limit)
            removed += tables.forgetIncarnations(before: limits.forgotten, atMost: limit - removed)
            removed += tables.removeBrakes(before: limits.transitionsBefore, atMost: limit - removed)
            removed += tables.removeArrivals(before: limits.transitionsBefore, atMost: limit - removed)
            return removed
        }
    }

    package func fold(
        _ folding: FlapFolding,
        since: Int64,
        limit: Int
    ) async throws(StoreError) -> FoldingProgress {
        try writing { tables in
            let rows = tables.log.filter { $0.transition.revision > since }.prefix(max(limit, 0))
            let old = rows.filter { $0.transition.at < folding.before }
            let removed = Set(old.filter { $0.transition.kind == .state }.compactMap(\.serviceID))
                .reduce(0) { $0 + tables.fold(folding, service: $1) }
            return FoldingProgress(
                through: old.last?.transition.revision ?? since,
                removed: removed,
                isUnfinished: rows.count == limit && !old.isEmpty
            )
        }
    }
}

extension InMemoryTables {
    fileprivate mutating func removeTransitions(_ limits: RetentionLimits, atMost limit: Int) -> Int {
        var doomed = Set(
            log.prefix(limit).map(\.transition).filter { $0.at < limits.transitionsBefore }.map(\.revision)
        )
        let kept = log.filter { !doomed.contains($0.transition.revision) }
        for entries in Dictionary(grouping: kept.filter { $0.serviceID != nil }, by: \.serviceID).values {
            let surplus = entries.dropLast(max(limits.perService, 0))
            doomed.formUnion(surplus.map(\.transition.revision).prefix(limit - doomed.count))
        }
        log.removeAll { doomed.contains($0.transition.revision) }
        return doomed.count
    }

    fileprivate mutating func fold(_ folding: FlapFolding, service: Int64) -> Int {
        func isFolded(_ entry: LogEntry) -> Bool {
            entry.serviceID == service && entry.transition.kind == .state && entry.transition.at < folding.before
        }
        let rows = log.filter(isFolded).map(\.transition)
        let before = log.count
        for fold in folding.folds(of: rows.map { .init(revision: $0.revision, at: $0.at, folded: $0.folded) }) {
            log.removeAll { isFolded($0) && fold.removed.contains($0.transition.revision) }
            for position in log.indices where log[position].transition.revision == fold.into {
                log[position].transition.folded = fold.count
            }
        }
        return before - log.count
    }

    fileprivate mutating func removeArrivals(before: Timestamp, atMost limit: Int) -> Int {
        let doomed = arrivals.values.filter { $0.ended < before }.prefix(limit)
        for stretch in doomed { arrivals[stretch.id] = nil }
        return doomed.count
    }

    fileprivate mutating func removeBrakes(before: Timestamp, atMost limit: Int) -> Int {
        let doomed = brakes.indices.filter { brakes[$0].releasedAt.map { $0 < before } ?? false }.prefix(limit)
        for position in doomed.reversed() { brakes.remove(at: position) }
        return doomed.count
    }

    fileprivate mutating func forgetIncarnations(before: Timestamp, atMost limit: Int) -> Int {
        var removed = 0
        for id in sortedIDs where removed < limit {
            guard var ledger = ledgers[id] else { continue }
            let isForgotten = ledger.record.deletedAt.map { $0 < before } ?? false
            ledger.incarnations.removeAll { incarnation in
                guard removed < limit else { return false }
                let isOld = isForgotten || (incarnation.replacedAt.map { $0 < before } ?? false)
                if isOld { removed += 1 }
                return isOld
            }
            ledgers[id] = ledger
        }
        return removed
    }
}
