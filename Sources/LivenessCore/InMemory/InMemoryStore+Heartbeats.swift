extension InMemoryStore {
    package func flush(_ flush: HeartbeatFlush) async throws(StoreError) -> FlushResult {
        try writing { tables throws(StoreError) in
            guard var daemon = tables.daemons[flush.daemon] else {
                throw StoreError.unregistered(flush.daemon)
            }
            let before = daemon.flushCount
            daemon.flushCount = max(before + 1, flush.count)
            daemon.lastSeen = flush.at
            daemon.retiredAt = nil

            var untouched: Set<Int64> = []
            for beat in flush.renewals where !tables.renew(beat, by: daemon) { untouched.insert(beat.serviceID) }
            if !flush.isLast { daemon.flushCount = before }
            tables.daemons[flush.daemon] = daemon
            var revised: Set<Int64> = []
            for (id, beats) in Dictionary(grouping: flush.workers, by: \.serviceID) {
                let outcome = tables.renew(id, beats, downTimes, at: flush.at)
                if outcome.isUntouched { untouched.insert(id) }
                if outcome.isRevised { revised.insert(id) }
            }

            var result = FlushResult(news: [], missing: [], incarnations: [])
            for id in untouched.union(revised).sorted() {
                if let ledger = tables.ledgers[id] {
                    result.news.append(ledger.record)
                    guard untouched.contains(id) else { continue }
                    result.incarnations += ledger.incarnations.filter(\.isCurrent)
                } else {
                    result.missing.append(id)
                }
            }
            return result
        }
    }

    package func observe(
        after seen: [String: Int64],
        as daemon: String
    ) async throws(StoreError) -> HeartbeatObservation {
        try reading { tables in
            let daemons = tables.sortedDaemons
            var changed: [ObservedHeartbeat] = []
            for other in daemons where other.id != daemon && seen[other.id] != other.flushCount {
                let known = seen[other.id].map { min($0, other.flushCount) } ?? -1
                changed += tables.sortedIDs.compactMap { tables.ledgers[$0]?.record }
                    .filter { $0.lastDaemon == other.id && $0.lastFlush > known }
                    .map(ObservedHeartbeat.init)
            }
            return HeartbeatObservation(
                head: tables.head,
                daemons: daemons,
                brakes: tables.heldBrakes,
                changed: changed
            )
        }
    }

    package func look(
        at ids: [Int64],
        after seen: [String: Int64],
        as daemon: String
    ) async throws(StoreError) -> HeartbeatObservation {
        try reading { tables in
            let flushed = ids.compactMap { tables.ledgers[$0]?.record }.filter { record in
                guard let other = record.lastDaemon, other != daemon else { return false }
                return record.lastFlush > seen[other] ?? -1
            }
            return HeartbeatObservation(
                head: tables.head,
                daemons: tables.sortedDaemons,
                brakes: tables.heldBrakes,
                changed: flushed.map(ObservedHeartbeat.init)
            )
        }
    }

    package func records(_ ids: [Int64]) async throws(StoreError) -> LoadedPage {
        try reading { $0.page(of: ids) }
    }

    package func load(
        since forgotten: Timestamp,
        head showHead: (LoadedHead) -> Void,
        page: (sending LoadedPage) throws(StoreError) -> Void
    ) async throws(StoreError) -> LoadedHead {
        let (head, kept) = try reading { tables in
            let all = tables.sortedIDs.compactMap { tables.ledgers[$0] }
            let head = LoadedHead(
                head: tables.head,
                daemons: tables.sortedDaemons,
                brakes: tables.heldBrakes,
                newestStamp: all.compactMap(\.record.lastSeenUp).max(),
                count: all.count
            )
            return (head, all.filter { $0.record.deletedAt.map { $0 >= forgotten } ?? true })
        }
        showHead(head)
        for start in stride(from: 0, to: kept.count, by: 2_000) {
            let slice = kept[start..<min(start + 2_000, kept.count)]
            try page(
                LoadedPage(
                    services: slice.map(\.record),
                    incarnations: slice.flatMap(\.incarnations).filter { incarnation in
                        incarnation.replacedAt.map { $0 >= forgotten } ?? true
                    }.remembered
                )
            )
        }
        return head
    }

    package func write(_ daemon: DaemonRecord) async throws(StoreError) {
        try writing { tables in
            var written = daemon
            written.flushCount = tables.daemons[daemon.id]?.flushCount ?? daemon.flushCount
            tables.daemons[daemon.id] = written
        }
    }

    package func retire(daemon id: String, at: Timestamp) async throws(StoreError) -> DaemonRecord? {
        try writing { tables in
            guard var daemon = tables.daemons[id] else { return nil }
            daemon.retiredAt = daemon.retiredAt ?? at
            tables.daemons[id] = daemon
            return daemon
        }
    }

    package func daemons() async throws(StoreError) -> [DaemonRecord] {
        try reading { $0.sortedDaemons }
    }
}

extension InMemoryTables {
    /// Those records with what is remembered of their incarnations.
    func page(of ids: [Int64]) -> LoadedPage {
        let found = Set(ids).sorted().compactMap { ledgers[$0] }
        return LoadedPage(services: found.map(\.record), incarnations: found.flatMap { $0.incarnations.remembered })
    }

    /// Whether the renewal touched its row.
    fileprivate mutating func renew(_ beat: HeartbeatRenewal, by daemon: DaemonRecord) -> Bool {
        guard var ledger = ledgers[beat.serviceID], ledger.record.deletedAt == nil, ledger.record.leftAt == nil,
            ledger.record.incarnationNumber == beat.incarnationNumber
        else { return false }
        ledger.record.reportCount += Int64(max(beat.beats, 0))
        ledger.record.lastSeenUp = later(ledger.record.lastSeenUp, beat.lastSeenUp)
        ledger.record.lastSequence = higher(ledger.record.lastSequence, beat.sequence)
        ledger.record.isNeverHeard = false
        ledger.record.lastDaemon = daemon.id
        ledger.record.lastFlush = daemon.flushCount
        ledgers[beat.serviceID] = ledger
        return true
    }

    /// Renews the workers of a service.
    ///
    /// Returns whether a renewal touched nobody, and whether the service has another version now.
    fileprivate mutating func renew(
        _ id: Int64,
        _ beats: [WorkerRenewal],
        _ downTimes: DownTimes,
        at: Timestamp
    ) -> (isUntouched: Bool, isRevised: Bool) {
        guard var ledger = ledgers[id], ledger.record.deletedAt == nil else { return (true, false) }
        let downTime = downTimes.downTime(topic: ledger.record.topic, reportInterval: ledger.record.reportInterval)
        let finding = ledger.incarnations.renew(beats, downTime: downTime, at: at)
        let version = finding.version ?? ledger.record.version
        let isRevised = version != ledger.record.version
        ledger.record.version = version
        ledgers[id] = ledger
        return (finding.hasUntouched, isRevised)
    }
}
