import LivenessConformance
import LivenessCore
import MariaDBClient
import ServerFixtures

@testable import StoreMariaDB

/// A fresh store in a database of its own on the suite's server.
final class MariaDBFixture: StoreFixture {
    let server: MariaDBServer
    let configuration: MariaDBStore.Configuration
    let mariaDB: MariaDBStore
    let folds: Bool

    /// In a phase of the upgrade to this release: `both` as after the expansion of a database of release 1.
    init(_ phase: SchemaPhase = .new) async throws {
        folds = phase == .new
        server = try MariaDBServer.here()
        configuration = MariaDBStore.Configuration(
            server: MariaDBConfiguration(
                address: .socket(server.socket),
                user: "root",
                database: try await server.makeDatabase()
            )
        )
        if phase == .both { try await Self.makeRelease1(configuration) }
        _ = try await MariaDBStore.expand(configuration)
        mariaDB = try await MariaDBStore(configuration)
    }

    /// The tables as release 1 makes them.
    static func makeRelease1(_ configuration: MariaDBStore.Configuration) async throws {
        var old = configuration
        old.release = 1
        _ = try await MariaDBStore.expand(old, migrations: Array(Migration.released.prefix(1)))
    }

    var store: any RecordStore { mariaDB }

    func databaseNow() async throws -> Timestamp {
        let seen = try await mariaDB.reading { session in
            try session.rows("SELECT CAST(unix_timestamp(now(6)) * 1000000 AS SIGNED)", []) { try $0.integer(0) ?? 0 }
        }
        return Timestamp(microseconds: seen.first ?? 0)
    }

    func raiseMinimumRelease(to release: Int32) async throws {
        try await execute("UPDATE schema_state SET min_release = \(release)")
    }

    func replaceLogID(with logID: String) async throws {
        try await execute("UPDATE log_head SET log_id = '\(logID)'")
    }

    /// Runs SQL as an operator would.
    func execute(_ sql: String) async throws {
        try await server.execute("USE \(configuration.server.database); \(sql)")
    }
}
