package import LivenessCore
package import MariaDBClient
import StoreSQL

/// Records in a MariaDB database.
///
/// Writes are transactions that begin with the fence; reads are snapshots. A transaction that the server gave up to let
/// another one go on, or that never reached it, is tried again; one whose commit was not answered is not: it may have
/// been made.
package final class MariaDBStore: SQLRecordStore {
    package struct Configuration: Sendable {
        package var server: MariaDBConfiguration
        /// This program's release, held against `min_release` of the database.
        package var release: Int32
        /// When a silent worker of a service counts as dead.
        package var downTimes: DownTimes
        /// Connections at most that write, and that read.
        package var writers: Int
        package var readers: Int
        /// The id that no other process may use over the database meanwhile; nil for what is no daemon.
        package var daemon: String?

        package init(
            server: MariaDBConfiguration,
            release: Int32 = Release.number,
            downTimes: DownTimes = DownTimes(),
            writers: Int = 2,
            readers: Int = 4,
            daemon: String? = nil
        ) {
            self.server = server
            self.release = release
            self.downTimes = downTimes
            self.writers = writers
            self.readers = readers
            self.daemon = daemon
        }
    }

    /// Tries of a transaction, the first one included.
    private static let mostTries = 4

    package let downTimes: DownTimes
    private let writers: MariaDBPool
    private let readers: MariaDBPool
    private let lock: DaemonLock?
    private let fence: Fence
    /// For messages: never the password.
    private let place: String

    /// Looks whether this release can work with the database.
    package convenience init(_ configuration: Configuration) async throws(StoreError) {
        try await self.init(configuration, migrations: Migration.released)
    }

    init(_ configuration: Configuration, migrations: [Migration]) async throws(StoreError) {
        place = Self.place(configuration.server)
        fence = Fence(release: configuration.release)
        downTimes = configuration.downTimes
        // Rows that a transaction that writes has not locked are read as they are now, not as they were at its start.
        // Transactions of both begin by themselves, which saves a call in each of them.
        writers = Self.pool(configuration.server, "READ-COMMITTED", autocommit: false, size: configuration.writers)
        readers = Self.pool(configuration.server, "REPEATABLE-READ", autocommit: false, size: configuration.readers)
        lock = configuration.daemon.map { DaemonLock($0, Self.pool(configuration.server, "READ-COMMITTED", size: 1)) }
        let schema = Schema(release: configuration.release, migrations: migrations)
        do {
            try await readers.run { session in
                defer { try? session.command("COMMIT") }
                try schema.check(session)
                try Self.checkLists(session)
            }
            try await lock?.take()
        } catch {
            await close()
            throw StoreError(mariaDB: error, at: place)
        }
    }

    /// Names go over in lists of JSON: a server that hands their escapes on as they are would find `a\b` nowhere.
    private static func checkLists(_ session: MariaDBSession) throws {
        let written = #"["a\\b\"c"]"#
        let read = try session.rows(
            "SELECT word FROM json_table(?, '$[*]' COLUMNS (word VARCHAR(16) PATH '$')) AS list",
            [.text(written)]
        ) { try $0.text(0) }
        guard read == [#"a\b"c"#] else {
            let version = try session.rows("SELECT version()", []) { try $0.text(0) }.first ?? nil
            throw StoreError(
                .schema,
                "the server (\(version ?? "of an unknown version")) reads \(written) with json_table as \(read), expected "
                    + #"a\b"c: MariaDB 10.6 or later with its bugs of json_table mended"#
            )
        }
    }

    package func close() async {
        await lock?.release()
        await writers.close()
        await readers.close()
    }

    static func pool(
        _ server: MariaDBConfiguration,
        _ isolation: String,
        autocommit: Bool = true,
        size: Int
    ) -> MariaDBPool {
        var server = server
        server.setup = [
            // Times are numbers here, but one clock is asked; and nothing that does not fit is cut to fit.
            """
            SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
            autocommit = \(autocommit ? 1 : 0), tx_isolation = '\(isolation)', innodb_lock_wait_timeout = 2, lock_wait_timeout = 5, \
            max_statement_time = \(server.callLimit.components.seconds)
            """
        ]
        return MariaDBPool(server, size: size, label: "rollcall.store")
    }

    static func place(_ server: MariaDBConfiguration) -> String {
        switch server.address {
        case .tcp(let host, let port): "\(host):\(port)/\(server.database)"
        case .socket(let path): "\(path)/\(server.database)"
        }
    }

    // MARK: Transactions

    package func writing<Value: Sendable>(
        _ body: @escaping @Sendable (StoreSession) throws -> Value
    ) async throws(StoreError) -> Value {
        var tries = 1
        while true {
            do {
                return try await writers.run { connection in try self.write(connection, body) }
            } catch {
                guard tries < Self.mostTries, Self.mayTryAgain(error) else {
                    throw StoreError(mariaDB: (error as? LostBeforeCommit)?.cause ?? error, at: place)
                }
                tries += 1
                if error is LockLost {
                    do { try await lock?.take() } catch { throw StoreError(mariaDB: error, at: place) }
                }
            }
        }
    }

    /// What the server undid, or never began.
    private static func mayTryAgain(_ error: any Error) -> Bool {
        switch error {
        case let error as LostBeforeCommit: error.cause.isConnectionLost
        case is LockLost: true
        case let error as MariaDBError: error.isDeadlock || error.isDuplicateKey
        default: false
        }
    }

    /// A connection that was lost before the commit was asked for: nothing was written.
    private struct LostBeforeCommit: Error {
        var cause: MariaDBError
    }

    /// The server has forgotten, with the connection, that the id is ours.
    private struct LockLost: Error {}

    private func write<Value>(
        _ connection: MariaDBSession,
        _ body: (StoreSession) throws -> Value
    ) throws -> Value {
        let value: Value
        do {
            value = try body(try enter(connection))
        } catch {
            try? connection.command("ROLLBACK")
            if let error = error as? MariaDBError, error.isConnectionLost { throw LostBeforeCommit(cause: error) }
            throw error
        }
        do {
            try connection.command("COMMIT")
        } catch {
            // What was refused must not be the beginning of the next transaction.
            try? connection.command("ROLLBACK")
            throw error
        }
        return value
    }

    /// What every transaction that writes begins with: the fence, the phase, and whether the daemon's id is still ours
    /// alone; one statement, because it is asked with every flush.
    private func enter(_ connection: MariaDBSession) throws -> StoreSession {
        let row = try connection.rows(
            """
            SELECT min_release, phase, schema_version, \(lock == nil ? "NULL" : DaemonLock.holder) FROM schema_state WHERE id = 1 \
            LOCK IN SHARE MODE
            """,
            lock.map { [$0.argument] } ?? []
        ) { (least: try $0.integer(0), phase: try $0.text(1), version: try $0.integer(2), holder: try $0.integer(3)) }
        .first
        if let lock, let row, !lock.isOurs(row.holder) { throw LockLost() }
        try fence.check(row?.least)
        return StoreSession(connection, try SchemaState.phase(row?.phase, of: row?.version))
    }

    package func reading<Value: Sendable>(
        _ body: @escaping @Sendable (StoreSession) throws -> Value
    ) async throws(StoreError) -> Value {
        var tries = 1
        while true {
            do {
                return try await readers.run { connection in
                    let session = try MariaDBSnapshot.begin(connection)
                    defer { try? connection.command("COMMIT") }
                    return try body(session)
                }
            } catch {
                // A connection that lay idle may have been lost long ago; a fresh one says what is the matter. And a table
                // that was changed since the snapshot began is as it should be in the next one.
                guard tries < 2, let failed = error as? MariaDBError, failed.isConnectionLost || failed.isTableChanged
                else {
                    throw StoreError(mariaDB: error, at: place)
                }
                tries += 1
            }
        }
    }

    package func snapshot() async throws(StoreError) -> MariaDBSnapshot {
        do { return try await MariaDBSnapshot(readers, place: place) } catch {
            throw StoreError(mariaDB: error, at: place)
        }
    }
}
