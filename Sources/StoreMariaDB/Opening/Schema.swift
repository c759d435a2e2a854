import LivenessCore
import MariaDBClient
import StoreSQL

/// The schema of a MariaDB database: looked at by daemons, brought up to date on an operator's word.
struct Schema: Sendable {
    /// Whoever changes the schema holds this lock of the server's, so that two never do it at once: one for each
    /// database, in the 64 characters that a name may have.
    private static let lock = "concat('rollcall.', md5(database()))"
    /// Seconds that one waits for the other.
    private static let longestWait = 10

    var release: Int32
    var migrations: [Migration]

    private var newest: Int32 { migrations.map(\.version).max() ?? 0 }

    /// Says why a daemon of this release cannot work with the database, if it cannot.
    func check(_ session: MariaDBSession) throws {
        guard let version = try state(of: session)?.version else {
            throw StoreError(
                .schema,
                "the database has no tables of Rollcall yet: create them with `rollcalld db expand`"
            )
        }
        guard version >= newest else {
            throw StoreError(
                .schema,
                "the database has schema \(version), this release needs \(newest): run `rollcalld db expand`"
            )
        }
        try Fence(release: release).check(StoreSession(session))
    }

    /// What the database needs before this release can work with it.
    func condition(_ session: MariaDBSession) throws -> DatabaseCondition {
        guard let state = try state(of: session) else { return try isEmpty(session) ? .empty : .foreign }
        return state.condition(release: release, newest: newest)
    }

    /// Applies what is missing; answers the version before, 0 where there was nothing.
    ///
    /// Every statement of a step can be repeated, so a killed upgrade is begun anew.
    func expand(_ session: MariaDBSession) throws -> Int32 {
        let locked = try session.rows("SELECT get_lock(\(Self.lock), ?)", [.integer(Int64(Self.longestWait))]) {
            try $0.integer(0)
        }
        guard locked.first == 1 else {
            throw StoreError(.inUse, "somebody else is changing the schema of this database")
        }
        defer { _ = try? session.rows("SELECT release_lock(\(Self.lock))", []) { _ in } }

        let before = try state(of: session)?.version
        if before == nil, try !isEmpty(session) {
            throw StoreError(.schema, "the database holds tables, but not those of Rollcall: refusing to touch it")
        }
        if before != nil { try Fence(release: release).check(StoreSession(session)) }
        for migration in migrations where migration.version > before ?? 0 {
            for statement in migration.statements { try session.command(statement) }
            try session.execute(
                "UPDATE schema_state SET schema_version = ? WHERE id = 1 AND schema_version < ?",
                [.integer(Int64(migration.version)), .integer(Int64(migration.version))]
            )
        }
        return before ?? 0
    }

    /// nil where there are no tables of ours, or not yet all of the first step.
    private func state(of session: MariaDBSession) throws -> SchemaState? {
        do {
            return try SchemaState.read(StoreSession(session))
        } catch let error as MariaDBError where error.isMissingTable {
            return nil
        }
    }

    private func isEmpty(_ session: MariaDBSession) throws -> Bool {
        let ours = [
            "log_head", "services", "service_incarnations", "transitions", "brakes", "fleet_settings", "daemons",
            "schema_state",
        ]
        let tables = try session.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = database()",
            []
        ) { try $0.text(0) ?? "" }
        return tables.allSatisfy(ours.contains)
    }
}
