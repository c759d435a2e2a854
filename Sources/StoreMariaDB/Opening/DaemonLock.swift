import LivenessCore
import MariaDBClient
import Synchronization

/// Keeps a second process of the same daemon id away from the database: their rows and their flush counts would be one.
///
/// It is a lock of the server's, held by a connection of its own and gone with it, however the daemon ends. So every
/// transaction that writes looks whether it is still ours.
final class DaemonLock: Sendable {
    /// One for each id and database, in the 64 characters that a name may have.
    private static let name = "concat('rollcall.daemon.', md5(concat(database(), '/', ?)))"

    private struct Holder {
        var lease: MariaDBLease
        var connection: Int64
    }

    private struct State {
        var holder: Holder?
        var isTaking = false
    }

    private let daemon: String
    private let pool: MariaDBPool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - daemon: Its id.
    ///   - pool: One connection, for this alone.
    init(_ daemon: String, _ pool: MariaDBPool) {
        self.daemon = daemon
        self.pool = pool
    }

    /// Takes the lock, on a new connection when the one before was lost; one caller at a time, others are refused.
    func take() async throws {
        let mayTake = state.withLock { state in
            defer { state.isTaking = true }
            return !state.isTaking
        }
        guard mayTake else { throw StoreError(.unavailable, "the lock of the database is being taken anew") }
        defer { state.withLock { $0.isTaking = false } }
        // Another caller may have taken it since this one missed it.
        if await isStillOurs { return }
        await release()
        let lease = try await pool.lease()
        do {
            let taken = try await lease.run { [daemon] session in
                try session.rows("SELECT get_lock(\(Self.name), 0), connection_id()", [.text(daemon)]) { row in
                    (isOurs: try row.integer(0) == 1, connection: try row.integer(1) ?? 0)
                }
            }
            guard let taken = taken.first, taken.isOurs else {
                throw StoreError(
                    .inUse,
                    "the database is in use by another process whose daemon.id is \(daemon): each needs one of its own"
                )
            }
            state.withLock { $0.holder = Holder(lease: lease, connection: taken.connection) }
        } catch {
            await lease.giveBack()
            throw error
        }
    }

    private var isStillOurs: Bool {
        get async {
            guard let lease = state.withLock({ $0.holder?.lease }) else { return false }
            let connection = try? await lease.run { [argument] session in
                try session.rows("SELECT \(Self.holder)", [argument]) { try $0.integer(0) }.first
            }
            return isOurs(connection ?? nil)
        }
    }

    func release() async {
        let held = state.withLock { state in
            defer { state.holder = nil }
            return state.holder
        }
        guard let held else { return }
        // The connection goes back without it.
        _ = try? await held.lease.run { [daemon] in
            try $0.rows("SELECT release_lock(\(Self.name))", [.text(daemon)]) { _ in }
        }
        await held.lease.giveBack()
    }

    /// In a query: the connection that holds the lock, as the server says now; with `argument`.
    static let holder = "is_used_lock(\(name))"
    var argument: MariaDBValue { .text(daemon) }

    /// Whether that connection is ours.
    func isOurs(_ connection: Int64?) -> Bool {
        connection != nil && connection == state.withLock { $0.holder?.connection }
    }
}
