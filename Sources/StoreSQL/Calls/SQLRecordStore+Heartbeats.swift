package import LivenessCore

extension SQLRecordStore {
    package func flush(_ flush: HeartbeatFlush) async throws(StoreError) -> FlushResult {
        try await writing { session in
            let count = try DaemonRow.note(flush, in: session)
            var untouched = try renew(flush, as: count, in: session)
            let workers = try WorkerRows.renew(flush, downTimes, in: session)
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
            var changed: [ServiceRecord] = []
            for other in daemons where other.id != daemon && seen[other.id] != other.flushCount {
                let known = seen[other.id].map { min($0, other.flushCount) } ?? -1
                changed += try session.rows(HeartbeatText.flushed, [other.id.stored, known.stored], of: "services") {
                    try ServiceRow.record($0)
                }
            }
            return HeartbeatObservation(
                head: try LogHeadRow.head(of: session),
                daemons: daemons,
                changed: changed
            )
        }
    }

    package func look(at ids: [Int64]) async throws(StoreError) -> [ServiceRecord] {
        try await reading { session in try ids.compactMap { try ServiceRow.any($0, in: session) } }
    }
}

private enum HeartbeatText {
    static let flushed = SQLText(
        "SELECT \(ServiceRow.columns) FROM services WHERE last_daemon = ? AND last_flush > ? ORDER BY id"
    )
}
