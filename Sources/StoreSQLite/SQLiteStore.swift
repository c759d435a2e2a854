import GRDB
package import LivenessCore
import StoreSQL

/// The embedded store: one SQLite file, one daemon.
///
/// Writes are serial, each one an immediate transaction that begins with the fence; reads go on beside them, each in
/// a snapshot of its own (WAL). A commit is on disk before a call returns (`synchronous = FULL`): what is
/// acknowledged outlives a power cut, not only the process. All of SQLite's work runs on queues of GRDB's own, never
/// on the threads of Swift's pool.
package final class SQLiteStore: SQLRecordStore {
    package struct Configuration: Sendable {
        /// The file, created when it is missing.
        ///
        /// Its directory must exist.
        package var path: String
        /// This program's release, held against `min_release` of the database.
        package var release: Int32
        /// How long a statement waits for another process that holds the file (a backup, a shell).
        package var busyTimeout: Duration
        /// When a silent worker of a service counts as dead.
        package var downTimes: DownTimes
        /// Pages of SQLite's write-ahead log before it is carried over into the file; 8,192 are 32 MiB.
        ///
        /// Flushes touch the same pages again and again, and each is then carried once for many of them.
        package var logPages = 8_192

        package init(
            path: String,
            release: Int32 = Release.number,
            busyTimeout: Duration = .seconds(2),
            downTimes: DownTimes = DownTimes()
        ) {
            self.path = path
            self.release = release
            self.busyTimeout = busyTimeout
            self.downTimes = downTimes
        }
    }

    let path: String
    let pool: DatabasePool
    let fence: Fence
    package let downTimes: DownTimes
    let checkpoints: LogCheckpoints
    private let lock: FileLock
    /// Of the file that was opened.
    private let identity: FileIdentity?

    /// Opens the file, creates or upgrades its schema, and keeps every other daemon away from it.
    ///
    /// It blocks while it does so; a daemon opens its store before it does anything else.
    package convenience init(_ configuration: Configuration) throws(StoreError) {
        try self.init(configuration, migrations: Migration.released)
    }

    init(_ configuration: Configuration, migrations: [Migration]) throws(StoreError) {
        let path = configuration.path
        lock = try FileLock(besideDatabase: path)
        var opened: DatabasePool?
        do {
            let pool = try DatabasePool(path: path, configuration: Self.connection(configuration))
            opened = pool
            try pool.writeWithoutTransaction { database in
                // 32 MiB of cache: the pages that one flush of a large fleet touches.
                try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA cache_size = -32768")
                try Schema(release: configuration.release, migrations: migrations).prepare(database)
            }
            let checkpoints = try LogCheckpoints(
                path: path,
                after: configuration.logPages,
                Self.connection(configuration)
            )
            pool.writeWithoutTransaction { checkpoints.watch($0) }
            self.checkpoints = checkpoints
            self.pool = pool
        } catch {
            try? opened?.close()
            throw StoreError(sqlite: error, file: path)
        }
        self.path = path
        identity = FileIdentity(path: path)
        fence = Fence(release: configuration.release)
        downTimes = configuration.downTimes
    }

    /// What the file needs before this release can work with it, which then makes it so itself; nothing is changed, and
    /// a daemon may have it open.
    package static func condition(_ configuration: Configuration) throws(StoreError) -> DatabaseCondition {
        guard FileIdentity(path: configuration.path) != nil else {
            return DatabaseCondition(.expansion, "there is no such file yet: a daemon makes it when it starts")
        }
        do {
            var connection = connection(configuration)
            connection.readonly = true
            let queue = try DatabaseQueue(path: configuration.path, configuration: connection)
            defer { try? queue.close() }
            let schema = Schema(release: configuration.release, migrations: Migration.released)
            return try queue.read { try schema.condition($0) }
        } catch {
            throw StoreError(sqlite: error, file: configuration.path)
        }
    }

    /// Closes the file.
    ///
    /// Calls after it fail with `.unavailable`; the lock goes with the store itself.
    package func close() throws(StoreError) {
        do {
            try pool.close()
            try checkpoints.close()
        } catch { throw StoreError(sqlite: error, file: path) }
    }

    private static func connection(_ configuration: Configuration) -> GRDB.Configuration {
        var connection = GRDB.Configuration()
        connection.label = "rollcall.store"
        connection.busyMode = .timeout(configuration.busyTimeout.inSeconds)
        // Deleting incarnations and services is ours to order; the checks would cost each flush of a worker.
        connection.foreignKeysEnabled = false
        return connection
    }

    /// Into the file that the path still leads to.
    package func writing<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.write { [fence, path, identity] database in
                guard let identity, FileIdentity(path: path) == identity else {
                    throw StoreError(.unavailable, "SQLite database \(path): the file was moved, replaced or removed")
                }
                let session = SQLiteSession(database)
                try fence.check(session)
                return try body(session)
            }
        } catch {
            throw StoreError(sqlite: error, file: path)
        }
    }

    package func reading<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.read { try body(SQLiteSession($0)) }
        } catch {
            throw StoreError(sqlite: error, file: path)
        }
    }

    package func snapshot() async throws(StoreError) -> SQLiteSnapshot {
        do {
            return SQLiteSnapshot(snapshot: try pool.makeSnapshot(), path: path)
        } catch {
            throw StoreError(sqlite: error, file: path)
        }
    }
}
