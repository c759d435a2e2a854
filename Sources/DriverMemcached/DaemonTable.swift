import LivenessCore

/// The daemons' rows in the database: a flush touches this daemon's own, and a look reads them all.
///
/// While the database is away the rows stand still as they were last seen, which is how it looks to the others as well:
/// memcached alone then says who lives.
final class DaemonTable: Sendable {
    private let table: any HeartbeatTable
    private let daemon: String
    private let last = Locked<HeartbeatObservation?>(nil)

    init(table: any HeartbeatTable, daemon: String) {
        self.table = table
        self.daemon = daemon
    }

    /// What the keys of this flush show is visible from now on.
    func note(_ flush: HeartbeatFlush) async throws(DriverError) {
        var note = flush
        note.renewals = []
        note.workers = []
        do throws(StoreError) {
            _ = try await table.flush(note)
        } catch {
            guard error.code == .unavailable else { throw DriverError(error) }
        }
    }

    /// Who is there, as far as is known; nil before the database was ever read.
    func look() async throws(DriverError) -> HeartbeatObservation? {
        do throws(StoreError) {
            let seen = try await table.look(at: [], after: [:], as: daemon)
            last.withLock { $0 = seen }
            return seen
        } catch {
            guard error.code == .unavailable else { throw DriverError(error) }
            return last.withLock { $0 }
        }
    }
}
