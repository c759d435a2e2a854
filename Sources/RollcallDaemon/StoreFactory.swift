import Foundation
import LivenessCore
import LivenessEngine
import MariaDBClient
import NovaImport
import StoreMariaDB
import StoreSQLite

/// Opens the store that the settings name, and brings its schema up to date.
///
/// With `DriverFactory` the only place that knows concrete ones.
enum StoreFactory {
    /// Opens it for a daemon.
    ///
    /// It asks for the down times as they are when it needs them.
    ///
    /// - Throws: `StoreError`; `.inUse` when another daemon has the file, or another process the daemon's id; `.schema`
    ///   when the tables of a MariaDB database are missing or older.
    static func open(
        _ settings: Settings.DatabaseSection,
        daemon: String,
        _ downTimes: DownTimes
    ) async throws(StoreError) -> any RecordStore {
        switch try url(settings) {
        case .sqlite(let path): return try sqlite(path, downTimes)
        case .mariaDB(let url):
            var configuration = try mariaDB(url, settings.passwordFile, downTimes)
            configuration.daemon = daemon
            return try await MariaDBStore(configuration)
        }
    }

    /// Opens it for a command of an operator, beside the daemons of a MariaDB database.
    static func openForCommand(_ settings: Settings.DatabaseSection) async throws(StoreError) -> any RecordStore {
        switch try url(settings) {
        case .sqlite(let path): return try sqlite(path, DownTimes())
        case .mariaDB(let url): return try await MariaDBStore(try mariaDB(url, settings.passwordFile, DownTimes()))
        }
    }

    /// Creates the tables or brings them up to date; answers the schema version before, nil where the store does it
    /// itself when it is opened.
    static func expand(_ settings: Settings.DatabaseSection) async throws(StoreError) -> Int32? {
        switch try url(settings) {
        case .sqlite(let path):
            _ = try sqlite(path, DownTimes())
            return nil
        case .mariaDB(let url):
            return try await MariaDBStore.expand(try mariaDB(url, settings.passwordFile, DownTimes()))
        }
    }

    /// Moves data to its new place, at most so many records; an embedded file moves its own when it is opened.
    static func migrate(
        _ settings: Settings.DatabaseSection,
        atMost: Int,
        report: @escaping @Sendable (_ moved: Int, _ total: Int) -> Void
    ) async throws(StoreError) -> MoveResult {
        switch try url(settings) {
        case .sqlite(let path):
            _ = try sqlite(path, DownTimes())
            return MoveResult(moved: 0, left: 0)
        case .mariaDB(let url):
            let configuration = try mariaDB(url, settings.passwordFile, DownTimes())
            return try await MariaDBStore.migrate(configuration, atMost: atMost, report: report)
        }
    }

    /// Ends the upgrade to this release; an embedded file has when it is opened.
    static func contract(
        _ settings: Settings.DatabaseSection,
        isForced: Bool,
        patience: Duration,
        report: @escaping @Sendable (String) -> Void
    ) async throws(StoreError) {
        switch try url(settings) {
        case .sqlite(let path):
            _ = try sqlite(path, DownTimes())
        case .mariaDB(let url):
            let configuration = try mariaDB(url, settings.passwordFile, DownTimes())
            try await MariaDBStore.contract(configuration, isForced: isForced, patience: patience, report: report)
        }
    }

    /// What the database needs before this release can work with it; nothing is changed.
    static func condition(_ settings: Settings.DatabaseSection) async throws(StoreError) -> DatabaseCondition {
        switch try url(settings) {
        case .sqlite(let path):
            return try SQLiteStore.condition(SQLiteStore.Configuration(path: path, release: Release.number))
        case .mariaDB(let url):
            return try await MariaDBStore.condition(try mariaDB(url, settings.passwordFile, DownTimes()))
        }
    }

    /// Where services are looked up that have no record here; nil where no fleet moves in.
    static func fallback(_ settings: Settings.DatabaseSection) -> (any RecordFallback)? {
        guard !settings.fallbackURLs.isEmpty else { return nil }
        let cells = settings.fallbackURLs.map { url in
            var server = server(url)
            // Somebody's heartbeat waits for it.
            server.connectLimit = .seconds(1)
            server.callLimit = .seconds(2)
            return NovaDatabase(server, name: url.name)
        }
        return NovaFallback(cells)
    }

    private static func url(_ settings: Settings.DatabaseSection) throws(StoreError) -> DatabaseURL {
        guard let url = settings.url else {
            throw StoreError(.unavailable, "database.url is not set, and no state directory is known")
        }
        return url
    }

    private static func sqlite(_ path: String, _ downTimes: DownTimes) throws(StoreError) -> SQLiteStore {
        let directory = URL(filePath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw StoreError(
                .unavailable,
                "the directory \(directory.path()) cannot be made: \(error.localizedDescription)"
            )
        }
        return try SQLiteStore(
            SQLiteStore.Configuration(path: path, release: Release.number, downTimes: downTimes)
        )
    }

    private static func mariaDB(
        _ url: MariaDBURL,
        _ passwordFile: String?,
        _ downTimes: DownTimes
    ) throws(StoreError) -> MariaDBStore.Configuration {
        var server = Self.server(url)
        if let passwordFile {
            do throws(FirstLine.Unreadable) {
                server.password = try FirstLine.read(passwordFile, "database.password_file")
            } catch {
                throw StoreError(.unavailable, error.description)
            }
        }
        return MariaDBStore.Configuration(
            server: server,
            release: Release.number,
            downTimes: downTimes
        )
    }

    /// Where a database of that URL is.
    static func server(_ url: MariaDBURL) -> MariaDBConfiguration {
        var server = MariaDBConfiguration(
            address: url.socket.map { .socket($0) } ?? .tcp(host: url.host, port: url.port),
            user: url.user,
            password: url.password,
            database: url.name
        )
        // A socket leaves this machine as little as loopback does.
        if url.encryption != .off, url.socket == nil {
            server.tls = MariaDBConfiguration.TLS(
                authorities: url.authorities,
                verifiesServer: url.encryption == .required,
                certificate: url.certificate,
                key: url.key
            )
        }
        return server
    }
}
