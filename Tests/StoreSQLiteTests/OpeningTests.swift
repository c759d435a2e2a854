import Foundation
import GRDB
import LivenessConformance
import LivenessCore
import StoreSQL
import Testing

@testable import StoreSQLite

@Suite("Opening a SQLite store")
struct OpeningTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(
        release: Int32 = Release.number,
        migrations: [Migration] = Migration.released
    ) throws(StoreError) -> SQLiteStore {
        try SQLiteStore(
            SQLiteStore.Configuration(path: directory.database, release: release, busyTimeout: .milliseconds(20)),
            migrations: migrations
        )
    }

    private func edit(_ sql: String) throws {
        let queue = try DatabaseQueue(path: directory.database)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    private func admission(_ host: String) -> Admission {
        Admission(
            name: ServiceName(host: host, binary: "b"),
            worker: "",
            uuid: ServiceUUID(random: UInt64(host.utf8.reduce(7) { $0 * 31 + Int($1) }), 2),
            daemon: "d"
        )
    }

    @Test("a second daemon is refused with the file and the process that has it")
    func secondDaemon() throws {
        let first = try open()
        let error = #expect(throws: StoreError.self) { try open() }
        #expect(error?.code == .inUse)
        #expect(error?.message.contains(directory.database) == true)
        #expect(error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        try first.close()
    }

    @Test("what the file needs is said, beside the daemon that has it, and nothing is changed")
    func condition() throws {
        let configuration = SQLiteStore.Configuration(path: directory.database, release: 2)
        #expect(try SQLiteStore.condition(configuration).need == .expansion)
        #expect(!FileManager.default.fileExists(atPath: directory.database))
        let store = try open()
        #expect(try SQLiteStore.condition(configuration).need == .nothing)
        try store.close()
        #expect(try SQLiteStore.condition(configuration).need == .nothing)
        try edit("UPDATE schema_state SET min_release = 3")
        #expect(try SQLiteStore.condition(configuration).need == .broken)
        try edit("DROP TABLE schema_state")
        #expect(try SQLiteStore.condition(configuration) == .foreign)
        try Data("no database at all, but long enough".utf8).write(to: URL(filePath: directory.database))
        #expect(throws: StoreError.self) { try SQLiteStore.condition(configuration) }
    }

    @Test("once the first is gone the next one opens, and finds everything")
    func reopening() async throws {
        var store: SQLiteStore? = try open()
        _ = try await store?.admit([admission("h1"), admission("h2")], at: Timestamp(microseconds: 5))
        let before = try await StoreContent(of: try #require(store))
        try store?.close()
        store = nil
        let after = try await StoreContent(of: try open())
        #expect(after == before)
        #expect(after.services.count == 2)
    }

    @Test("a closed store is unavailable")
    func closed() async throws {
        let store = try open()
        try store.close()
        let error = await #expect(throws: StoreError.self) { try await store.daemons() }
        #expect(error?.code == .unavailable)
    }

    @Test("a newer schema is fine while it lets this release write")
    func newerSchema() async throws {
        try open().close()
        try edit("UPDATE schema_state SET schema_version = 99; ALTER TABLE services ADD COLUMN later TEXT")
        let store = try open()
        let results = try await store.admit([admission("h1")], at: Timestamp(microseconds: 5))
        #expect(results.count == 1)
        #expect(try await StoreContent(of: store).services.count == 1)
    }

    @Test("a schema that needs a later release is refused, naming both")
    func fenced() throws {
        try open(release: 3).close()
        try edit("UPDATE schema_state SET schema_version = 99, min_release = 4")
        let error = #expect(throws: StoreError.self) { try open(release: 3) }
        #expect(error?.code == .fenced)
        #expect(error?.message == "fenced: release 3, the database needs 4")
        try open(release: 4).close()
    }

    @Test("a database of something else is left alone")
    func foreign() throws {
        try edit("CREATE TABLE songs (name TEXT)")
        let error = #expect(throws: StoreError.self) { try open() }
        #expect(error?.code == .schema)
        try edit("INSERT INTO songs VALUES ('still here')")
    }

    @Test("a file that is no database is corrupt, and the refused opening keeps nothing")
    func noDatabase() throws {
        let garbage = Data(repeating: 0x5A, count: 8192)
        try garbage.write(to: URL(fileURLWithPath: directory.database))
        for _ in 0..<2 {
            let error = #expect(throws: StoreError.self) { try open() }
            #expect(error?.code == .corrupt)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.database)) == garbage)
    }

    @Test("a directory that is not there is unavailable")
    func noDirectory() {
        let configuration = SQLiteStore.Configuration(path: "\(directory.path)/none/x.sqlite")
        let error = #expect(throws: StoreError.self) { try SQLiteStore(configuration) }
        #expect(error?.code == .unavailable)
    }

    @Test("an older schema is upgraded, and what it held stays")
    func upgrade() async throws {
        var store: SQLiteStore? = try open()
        _ = try await store?.admit([admission("h1")], at: Timestamp(microseconds: 5))
        try store?.close()
        store = nil
        let next = Migration(version: 3, sql: "ALTER TABLE services ADD COLUMN colour TEXT DEFAULT 'grey'")
        for _ in 0..<2 {
            let upgraded = try open(migrations: Migration.released + [next])
            let found = try await upgraded.pool.read { database in
                (
                    try Int.fetchOne(database, sql: "SELECT schema_version FROM schema_state"),
                    try String.fetchAll(database, sql: "SELECT colour FROM services")
                )
            }
            #expect(found.0 == 3)
            #expect(found.1 == ["grey"])
            try upgraded.close()
        }
    }

    @Test("an upgrade that fails leaves the schema as it was")
    func failedUpgrade() throws {
        try open().close()
        let broken = Migration(version: 3, sql: "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1)")
        #expect(throws: StoreError.self) { try open(migrations: Migration.released + [broken]) }
        let store = try open()
        let found = try store.pool.read { database in
            (
                try Int.fetchOne(database, sql: "SELECT schema_version FROM schema_state"),
                try database.tableExists("half")
            )
        }
        #expect(found.0 == 2)
        #expect(!found.1)
    }

    @Test("the README of the migrations names every column")
    func documentation() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/StoreSQLite/Migrations/README.md")
        let text = try String(contentsOf: folder, encoding: .utf8)
        let store = try open()
        let columns = try store.pool.read { database in
            try [
                "services", "service_heartbeats", "service_incarnations", "transitions", "log_head", "daemons",
                "schema_state",
            ]
            .flatMap { table in try database.columns(in: table).map { (table, $0.name) } }
        }
        let sections = text.components(separatedBy: "\n## ")
        for (table, column) in columns {
            let section = try #require(sections.first { $0.hasPrefix("`\(table)`") }, "no section \(table)")
            #expect(section.contains("| `\(column)` |"), "\(table).\(column) is not documented")
        }
    }
}
