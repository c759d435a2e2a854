import GRDB
import GRDBSQLite
import Synchronization

/// Carries SQLite's write-ahead log over into the file, beside those who write.
///
/// Left to itself the transaction that makes the log too long carries it over, and what is to be recorded then waits for
/// tens of megabytes to reach the disk. A connection of its own does it here, and hinders nobody. The log begins anew where
/// all of it was carried over before somebody writes on. Where writers leave no gap for that and it has grown eightfold, the
/// one who just wrote carries over the little that is left, as far as nobody still reads what was there before.
final class LogCheckpoints: Sendable {
    /// What was written while the last was under way is carried over by the next.
    private static let mostRounds = 4

    private let connection: DatabaseQueue
    /// Pages of log before it is carried over.
    private let wanted: Int
    private let longest: Int
    private let isBusy = Atomic(false)

    init(path: String, after wanted: Int, _ configuration: Configuration) throws {
        connection = try DatabaseQueue(path: path, configuration: configuration)
        self.wanted = wanted
        longest = wanted * 8
    }

    /// Counts what that connection, the only one that writes, adds to the log, in place of the library's own rule.
    ///
    /// The connection must be closed before this value goes.
    func watch(_ writer: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            writer.sqliteConnection,
            { context, connection, name, pages in
                guard let context else { return SQLITE_OK }
                let checkpoints = Unmanaged<LogCheckpoints>.fromOpaque(context).takeUnretainedValue()
                checkpoints.grown(to: Int(pages))
                // As the library's own rule does it; while the other connection is at it, it does nothing.
                if pages > checkpoints.longest {
                    sqlite3_wal_checkpoint_v2(connection, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                }
                return SQLITE_OK
            },
            context
        )
    }

    private func grown(to count: Int) {
        guard count >= wanted, !isBusy.exchange(true, ordering: .acquiring) else { return }
        connection.asyncWriteWithoutTransaction { [self] database in
            defer { isBusy.store(false, ordering: .releasing) }
            // Where it fails, the next commit asks again.
            try? carryOver(database)
        }
    }

    private func carryOver(_ database: Database) throws {
        for _ in 0..<Self.mostRounds {
            let result = try database.checkpoint(.passive)
            if result.checkpointedFrameCount == result.walFrameCount { return }
        }
    }

    /// Waits until what was begun is done.
    func settle() async throws { try await connection.read { _ in } }

    func close() throws { try connection.close() }
}
