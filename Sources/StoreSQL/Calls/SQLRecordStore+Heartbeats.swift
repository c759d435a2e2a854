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
            let others = daemons.filter { $0.id != daemon && seen[$0.id] != $0.flushCount }
            var changed: [ObservedHeartbeat] = []
            if !others.isEmpty {
                let known = others.flatMap { other in
                    [other.id.stored, (seen[other.id].map { min($0, other.flushCount) } ?? -1).stored]
                }
                let flushed = HeartbeatText.flushed(daemons: others.count, session.dialect)
                try HeartbeatRow.stretches(session.dialect).read(in: session) { first, last in
                    changed += try session.rows(flushed, [first.stored, last.stored] + known) {
                        try HeartbeatText.heartbeat(StoredRow($0, of: "services"))
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
    /// In a stretch, what each of so many daemons flushed after a count: in the order of the keys.
    static func flushed(daemons: Int, _ dialect: SQLDialect) -> String {
        let key = HeartbeatRow.key(dialect)
        let (daemon, flush) = (HeartbeatRow.place("last_daemon", dialect), HeartbeatRow.place("last_flush", dialect))
        let conditions = Array(repeating: "\(daemon) = ? AND \(flush) > ?", count: daemons)
        return """
            SELECT \(columns(dialect)) FROM \(HeartbeatRow.heartbeats(dialect)) WHERE \(key) BETWEEN ? AND ? \
            AND (\(conditions.joined(separator: " OR "))) ORDER BY \(key)
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

    static func heartbeat(_ stored: StoredRow) throws -> ObservedHeartbeat {
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
