import Foundation
import GRDB
import LivenessConformance
import LivenessCore
import StoreSQL

@testable import StoreSQLite

/// A fresh SQLite store in a directory of its own, which goes with it.
final class SQLiteFixture: StoreFixture {
    let directory: TemporaryDirectory
    let sqlite: SQLiteStore

    init(busyTimeout: Duration = .seconds(2)) throws {
        directory = try TemporaryDirectory()
        sqlite = try SQLiteStore(
            SQLiteStore.Configuration(path: directory.database, busyTimeout: busyTimeout)
        )
    }

    var store: any RecordStore { sqlite }

    func databaseNow() async throws -> Timestamp {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }

    func raiseMinimumRelease(to release: Int32) async throws {
        try await execute("UPDATE schema_state SET min_release = \(release)")
    }

    func replaceLogID(with logID: String) async throws {
        try await execute("UPDATE log_head SET log_id = '\(logID)'")
    }

    /// Runs SQL on the store's own writing connection.
    func execute(_ sql: String) async throws {
        try await sqlite.pool.writeWithoutTransaction { try $0.execute(sql: sql) }
    }
}

/// A directory that is removed with its last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "rollcall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var database: String { "\(path)/rollcall.sqlite" }
}
