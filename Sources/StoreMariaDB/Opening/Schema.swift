import LivenessCore
import MariaDBClient
import StoreSQL

/// The schema of a MariaDB database: looked at by daemons, brought up to date on an operator's word.
struct Schema: Sendable {
    /// Whoever changes the schema holds this lock of the server's, so that two never do it at once: one for each
    /// database, in the 64 characters that a name may have.
    private static let lock = "concat('rollcall.', md5(database()))"
    /// Seconds that one call waits for the other: less than a call may take.
    private static let wait = 5

    var release: Int32
    var migrations: [Migration]

    var newest: Int32 { migrations.map(\.version).max() ?? 0 }

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
        try checkFence(session)
    }

    private func checkFence(_ session: MariaDBSession) throws {
        try Fence(release: release).check(StoreSession(session, .new))
    }

    // MARK: What it needs

    /// What the database needs before this release can work with it, or to end the upgrade to it.
    func condition(_ session: MariaDBSession) throws -> DatabaseCondition {
        guard let state = try state(of: session) else { return try isEmpty(session) ? .empty : .foreign }
        let condition = state.condition(release: release, newest: newest)
        guard condition.need == .nothing, state.version == newest, let steps = contraction else { return condition }
        let words = condition.words
        guard state.phase == SchemaPhase.both.rawValue else {
            if state.finishedSteps.isSuperset(of: steps.map(\.name)) { return condition }
            return DatabaseCondition(.contraction, "\(words); a contraction was begun: `rollcalld db contract` ends it")
        }
        if movesHeartbeats, try HeartbeatMove.isNeeded(session) {
            return DatabaseCondition(.migration, "\(words); records are to be moved: `rollcalld db migrate`")
        }
        if state.minRelease < release, let older = try census(session).older(than: release).first {
            return DatabaseCondition(.nothing, "\(words); \(older.shown) holds the contraction back")
        }
        return DatabaseCondition(.contraction, "\(words); nobody needs the old place: `rollcalld db contract`")
    }

    func census(_ session: MariaDBSession) throws -> DaemonCensus {
        let now = try session.rows("SELECT CAST(unix_timestamp(now(6)) * 1000000 AS SIGNED)", []) { try $0.integer(0) }
        let time = Timestamp(microseconds: (now.first ?? nil) ?? 0)
        return DaemonCensus(try DaemonRow.all(in: StoreSession(session, .new)), at: time)
    }

    // MARK: Expansion

    /// Applies what is missing.
    ///
    /// Every statement of a step can be repeated, so a killed upgrade is begun anew.
    func expand(_ session: MariaDBSession) throws {
        let old = try state(of: session)
        let before = old?.version
        if before == nil, try !isEmpty(session) {
            throw StoreError(.schema, "the database holds tables, but not those of Rollcall: refusing to touch it")
        }
        if before != nil { try checkFence(session) }
        let missing = migrations.filter { $0.version > before ?? 0 }
        if let old, !missing.isEmpty, old.phase == SchemaPhase.both.rawValue {
            throw StoreError(
                .schema,
                "the upgrade to schema \(old.version) is not ended: run `rollcalld db contract` of its release first"
            )
        }
        if missing.contains(where: \.makesTriggers) { try TriggerRights.check(session) }
        for migration in missing {
            for statement in Migration.statements(migration.expansion) { try session.command(statement) }
            let phase: SchemaPhase = migration.contraction == nil ? .new : .both
            try session.execute(
                """
                UPDATE schema_state SET schema_version = ?, phase = ?, finished_steps = '' \
                WHERE id = 1 AND schema_version < ?
                """,
                [.integer(Int64(migration.version)), .text(phase.rawValue), .integer(Int64(migration.version))]
            )
        }
    }

    // MARK: The steps of a contraction

    /// One statement of a contraction, with the name under which it is noted as done.
    struct Step: Sendable {
        var name: String
        var statement: String
    }

    /// Those of the newest step of the schema, in their order; nil where it removes nothing.
    var contraction: [Step]? {
        guard let last = migrations.last, let sql = last.contraction else { return nil }
        return Migration.statements(sql).enumerated().map { number, statement in
            Step(name: "\(last.version).\(number + 1)", statement: statement)
        }
    }

    /// Whether the newest step moves heartbeats.
    var movesHeartbeats: Bool { migrations.last?.movesHeartbeats ?? false }

    // MARK: The lock and the state

    /// Waits a little for whoever changes the schema; answers whether the lock is ours now.
    func takeLock(_ session: MariaDBSession) throws -> Bool {
        try session.rows("SELECT get_lock(\(Self.lock), ?)", [.integer(Int64(Self.wait))]) { try $0.integer(0) == 1 }
            .first ?? false
    }

    func releaseLock(_ session: MariaDBSession) {
        _ = try? session.rows("SELECT release_lock(\(Self.lock))", []) { _ in }
    }

    /// nil where there are no tables of ours, or not yet all of the first step.
    func state(of session: MariaDBSession) throws -> SchemaState? {
        do {
            return try SchemaState.read(StoreSession(session, .new))
        } catch let error as MariaDBError where error.isMissingTable {
            return nil
        }
    }

    private func isEmpty(_ session: MariaDBSession) throws -> Bool {
        let ours = [
            "log_head", "services", "service_incarnations", "transitions", "brakes", "fleet_settings", "daemons",
            "schema_state", "service_heartbeats", "arrivals",
        ]
        let tables = try session.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = database()",
            []
        ) { try $0.text(0) ?? "" }
        return tables.allSatisfy(ours.contains)
    }
}

extension DaemonRecord {
    /// For people: who it is, and why it counts.
    var shown: String { "daemon \(id) of release \(release) on \(host)" }
}
