import GRDB
import LivenessCore
import StoreSQL

/// Brings a database to the newest schema this release knows, or says why it cannot be used.
struct Schema: Sendable {
    var release: Int32
    var migrations: [Migration]

    /// Each step is one transaction with the version it leads to: a killed upgrade resumes where it stopped.
    func prepare(_ database: Database) throws {
        for migration in migrations {
            try database.inTransaction(.immediate) {
                try apply(migration, to: database)
                return .commit
            }
        }
        try Fence(release: release).check(SQLiteSession(database))
    }

    /// What the database needs before this release can work with it.
    func condition(_ database: Database) throws -> DatabaseCondition {
        guard try database.tableExists("schema_state"), let state = try SchemaState.read(SQLiteSession(database)) else {
            return try database.isEmpty ? .empty : .foreign
        }
        return state.condition(release: release, newest: migrations.map(\.version).max() ?? 0)
    }

    private func apply(_ migration: Migration, to database: Database) throws {
        guard let version = try version(of: database) else {
            guard try database.isEmpty else {
                throw StoreError(.schema, "the file holds tables, but not those of Rollcall: refusing to touch it")
            }
            guard migration.version == 1 else {
                throw StoreError(.schema, "schema version \(migration.version) needs the one before")
            }
            try database.execute(sql: migration.sql)
            return
        }
        guard version < migration.version else { return }
        try Fence(release: release).check(SQLiteSession(database))
        try database.execute(sql: migration.sql)
        try database.execute(
            sql: "UPDATE schema_state SET schema_version = ? WHERE id = 1",
            arguments: [migration.version]
        )
    }

    private func version(of database: Database) throws -> Int32? {
        guard try database.tableExists("schema_state") else { return nil }
        return try Int32.fetchOne(database, sql: "SELECT schema_version FROM schema_state WHERE id = 1")
    }
}

extension Database {
    fileprivate var isEmpty: Bool {
        get throws {
            try Int.fetchOne(self, sql: "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'grdb%'") == 0
        }
    }
}
