package import LivenessCore

extension SQLRecordStore {
    package func flush(_ flush: HeartbeatFlush) async throws(StoreError) -> FlushResult {
        try await writing { session in
            let count = try DaemonRow.note(flush, in: session)
            var untouched: Set<Int64> = []
            // Whoever locks a record and its heartbeats locks the record first.
            if session.dialect.phase == .both { untouched = try renew(flush, as: count, in: session) }
            let workers = try WorkerRows.renew(flush, downTimes, in: session)
            if session.dialect.phase == .new { untouched = try renew(flush, as: count, in: session) }
            untouched.formUnion(workers.untouched)

            var result = FlushResult(news: [], missing: [], incarnations: [])
            for id in untouched.union(workers.revised).sorted() {
                if let record = try ServiceRow.any(id, in: session) {
                    result.news.append(record)
                    guard untouched.contains(id) else { continue }
                    result.incarnations += try IncarnationRow.current(of: id, in: session)
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
        try await reading { session in
            let daemons = try DaemonRow.all(in: session)
            let news = daemons.filter { $0.id != daemon && seen[$0.id] != $0.flushCount }.map { other in
                [other.id.stored, (seen[other.id].map { min($0, other.flushCount) } ?? -1).stored]
            }
            var changed: [ObservedHeartbeat] = []
            if !news.isEmpty {
                try HeartbeatRow.stretches(session.dialect).read(in: session) { first, last in
                    for other in news {
                        let arguments = [first.stored, last.stored] + other
                        changed += try session.rows(HeartbeatText.flushed, arguments, of: "services") {
                            try HeartbeatText.heartbeat($0)
                        }
                    }
                    return true
                }
            }
            let (head, brakes) = try LogHeadRow.headAndBrakes(of: session)
            return HeartbeatObservation(head: head, daemons: daemons, brakes: brakes, changed: changed)
        }
    }

    package func look(
        at ids: [Int64],
        after seen: [String: Int64],
        as daemon: String
    ) async throws(StoreError) -> HeartbeatObservation {
        try await reading { session in
            var changed: [ObservedHeartbeat] = []
            if !ids.isEmpty {
                changed = try session.rows(HeartbeatText.looked, [ids.stored], of: "services") { stored in
                    let other = try stored.text(7)
                    guard other != daemon, !other.isEmpty, try stored.count(8) > seen[other] ?? -1 else { return nil }
                    return try HeartbeatText.heartbeat(stored)
                }.compactMap { $0 }
            }
            let (head, brakes) = try LogHeadRow.headAndBrakes(of: session)
            let daemons = try DaemonRow.all(in: session)
            return HeartbeatObservation(head: head, daemons: daemons, brakes: brakes, changed: changed)
        }
    }
}

private enum HeartbeatText {
    static let flushed = SQLText { dialect in
        let key = HeartbeatRow.key(dialect)
        return """
            SELECT \(columns(dialect)) FROM \(HeartbeatRow.heartbeats(dialect)) WHERE \(key) BETWEEN ? AND ? \
            AND \(HeartbeatRow.place("last_daemon", dialect)) = ? AND \(HeartbeatRow.place("last_flush", dialect)) > ? \
            ORDER BY \(key)
            """
    }
    static let looked = SQLText { dialect in
        "SELECT \(columns(dialect)) FROM \(dialect.rows(of: HeartbeatRow.records(dialect), whose: "id"))"
    }

    private static func columns(_ dialect: SQLDialect) -> String {
        func heartbeats(_ column: String) -> String { HeartbeatRow.value(column, dialect) }
        return """
            id, uuid, incarnation_number, \(heartbeats("last_sequence")), version, report_interval, \
            \(heartbeats("report_count")), \(heartbeats("last_daemon")), \(heartbeats("last_flush"))
            """
    }

    static func heartbeat(_ stored: StoredRow<some SQLColumns>) throws -> ObservedHeartbeat {
        let id = try stored.integer(0)
        return ObservedHeartbeat(
            id: id,
            uuid: try stored.uuid(1, row: id),
            incarnationNumber: try stored.count(2),
            sequence: try stored.sequence(3),
            version: try stored.small(4),
            reportInterval: try stored.interval(5),
            reportCount: try stored.count(6)
        )
    }
}
