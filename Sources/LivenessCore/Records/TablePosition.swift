/// Where a driver that rests on a table of heartbeats stands: both of its halves share it, for the observer must know
/// this daemon's own flushes as well, to notice when the table loses them.
package final class TablePosition: Sendable {
    private let table: any HeartbeatTable
    private let daemon: String
    private let positions: Locked<FlushPositions>

    package init(table: any HeartbeatTable, daemon: String) {
        self.table = table
        self.daemon = daemon
        positions = Locked(FlushPositions())
    }

    /// What these daemons flushed so far was read with the records.
    package func loaded(_ daemons: [DaemonRecord]) {
        positions.withLock { $0.loaded(daemons) }
    }

    /// One flush, known to be in the table once it returned.
    package func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult {
        do throws(StoreError) {
            let result = try await table.flush(flush)
            if flush.isLast { positions.withLock { $0.flushed(flush.count, by: daemon) } }
            return result
        } catch {
            throw DriverError(error)
        }
    }

    /// One complete poll by counter.
    ///
    /// The positions move only once all of it was read: a poll that fails is none.
    package func observe() async throws(DriverError) -> BackendObservation {
        let asked = positions.withLock { $0 }
        var observation = try await poll(after: asked.seen)
        if let known = asked.logID, known != observation.head.logID {
            // Another table than before: counters cannot tell what changed in it, so all of it is read.
            observation = try await poll(after: [:])
        }
        if case .wentBack(let other) = positions.withLock({ $0.observed(observation, asked: asked) }) {
            throw DriverError(.restarted, "the flush count of daemon \(other) went back: the table was restored")
        }
        return BackendObservation(observation)
    }

    /// What was flushed of these services since the last poll.
    ///
    /// The positions stay: the next poll brings it as well.
    package func look(at ids: [Int64]) async throws(DriverError) -> BackendObservation {
        let seen = positions.withLock { $0.seen }
        do throws(StoreError) {
            return BackendObservation(try await table.look(at: ids, after: seen, as: daemon))
        } catch {
            throw DriverError(error)
        }
    }

    private func poll(after seen: [String: Int64]) async throws(DriverError) -> HeartbeatObservation {
        do throws(StoreError) { return try await table.observe(after: seen, as: daemon) } catch {
            throw DriverError(error)
        }
    }
}
