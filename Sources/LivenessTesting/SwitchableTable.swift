package import LivenessCore

/// A table of heartbeats that can be made to fail, and to look like one restored from a backup.
package final class SwitchableTable: HeartbeatTable {
    private struct State {
        var outage: StoreError?
        var rewound: [String: Int64] = [:]
    }

    private let table: any HeartbeatTable
    private let state = Locked(State())

    package init(_ table: any HeartbeatTable) {
        self.table = table
    }

    /// Makes every call fail with this error, until it is nil again.
    package func setOutage(_ error: StoreError?) {
        state.withLock { $0.outage = error }
    }

    /// Shows that daemon's flush count as it was in the backup; nil as it is.
    package func rewind(_ daemon: String, to count: Int64?) {
        state.withLock { $0.rewound[daemon] = count }
    }

    package func flush(_ flush: HeartbeatFlush) async throws(StoreError) -> FlushResult {
        try check()
        return try await table.flush(flush)
    }

    package func observe(
        after seen: [String: Int64],
        as daemon: String
    ) async throws(StoreError) -> HeartbeatObservation {
        try check()
        var observation = try await table.observe(after: seen, as: daemon)
        let rewound = state.withLock { $0.rewound }
        for index in observation.daemons.indices {
            if let count = rewound[observation.daemons[index].id] { observation.daemons[index].flushCount = count }
        }
        return observation
    }

    package func look(
        at ids: [Int64],
        after seen: [String: Int64],
        as daemon: String
    ) async throws(StoreError) -> HeartbeatObservation {
        try check()
        return try await table.look(at: ids, after: seen, as: daemon)
    }

    private func check() throws(StoreError) {
        if let outage = state.withLock({ $0.outage }) { throw outage }
    }
}
