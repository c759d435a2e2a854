import GRDB
import GRDBSQLite
import Synchronization

/// Carries SQLite's write-ahead log over into the file, beside those who write.
///
/// Left to itself the transaction that makes the log too long carries it over, and what is to be recorded then waits for
/// tens of megabytes to reach the disk. A connection of its own does it here, and hinders nobody (`PASSIVE`). The log
/// begins anew where all of it was carried over before somebody writes on; where that does not happen and it has grown
/// eightfold, writers wait for the little that is left (`RESTART`), unless somebody still reads what was there before.
final class LogCheckpoints: Sendable {
    /// What was written while the last was under way is carried over by the next.
    private static let mostRounds = 4

    private let connection: DatabaseQueue
    /// Pages of log before it is carried over.
    private let wanted: Int
    private let longest: Int
    /// Pages in the log after the last commit.
    private let pages = Atomic(0)
    private let isBusy = Atomic(false)

    init(path: String, after wanted: Int, _ configuration: Configuration) throws {
        var configuration = configuration
        // What cannot be done at once is done after another commit.
        configuration.busyMode = .immediateError
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
        if pages.load(ordering: .relaxed) > longest { try database.checkpoint(.restart) }
    }

    /// Waits until what was begun is done.
    func settle() async throws { try await connection.read { _ in } }

    func close() throws { try connection.close() }
}
