import GRDB
import GRDBSQLite
import Synchronization

/// Carries SQLite's write-ahead log over into the file, beside those who write.
///
/// Left to itself the transaction that makes the log too long carries it over, and what is to be recorded then waits for
/// tens of megabytes to reach the disk. A connection of its own does it here, and hinders nobody (`PASSIVE`). The log
/// begins anew where all of it was carried over before somebody writes on; should that never happen it grows, up to
/// `longest`, and then writers wait for the little that is left (`RESTART`).
final class LogCheckpoints: Sendable {
    /// Pages of log before it is carried over; 32 MiB.
    ///
    /// Flushes touch the same pages again and again, and each is then carried once
    /// for many of them.
    private static let wanted = 8_192
    /// Pages of log at which writers wait; 256 MiB.
    private static let longest = 65_536
    /// What was written while the last was under way is carried over by the next.
    private static let mostRounds = 4

    private let connection: DatabaseQueue
    /// Pages in the log after the last commit.
    private let pages = Atomic(0)
    private let isBusy = Atomic(false)

    init(path: String, _ configuration: Configuration) throws {
        connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Counts what that connection, the only one that writes, adds to the log, in place of the library's own rule.
    ///
    /// The connection must be closed before this value goes.
    func watch(_ writer: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            writer.sqliteConnection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<LogCheckpoints>.fromOpaque(context).takeUnretainedValue().grown(to: Int(pages))
                return SQLITE_OK
            },
            context
        )
    }

    private func grown(to count: Int) {
        pages.store(count, ordering: .relaxed)
        guard count >= Self.wanted, !isBusy.exchange(true, ordering: .acquiring) else { return }
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
        if pages.load(ordering: .relaxed) > Self.longest { try database.checkpoint(.restart) }
    }

    func close() throws { try connection.close() }
}
