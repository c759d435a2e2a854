package import LivenessCore
import MariaDBClient
import StoreSQL

/// What operators do to the schema: under a lock, so that two never do it at once.
extension MariaDBStore {
    /// How long others may be in the way of an expansion.
    private static let patience = Duration.seconds(60)

    /// Creates the tables, or adds to them what this release needs; answers the version before, 0 where there was
    /// nothing.
    ///
    /// A database that held nothing has no older daemons: it gets the newest shape at once.
    package static func expand(_ configuration: Configuration) async throws(StoreError) -> Int32 {
        try await expand(configuration, migrations: Migration.released)
    }

    static func expand(_ configuration: Configuration, migrations: [Migration]) async throws(StoreError) -> Int32 {
        try await changing(configuration, migrations) { schema, lease in
            let before = try await lease.run { try schema.state(of: $0)?.version ?? 0 }
            try await lease.untilNobodyIsInTheWay("the expansion", patience: patience) { try schema.expand($0) }
            if before == 0, schema.contraction != nil {
                try await Contraction(
                    schema: schema,
                    lease: lease,
                    isForced: true,
                    patience: patience,
                    callLimit: configuration.server.callLimit,
                    report: { _ in }
                ).run()
            }
            return before
        }
    }

    /// What the database needs before this release can work with it, or to end the upgrade to it; nothing is changed.
    package static func condition(_ configuration: Configuration) async throws(StoreError) -> DatabaseCondition {
        try await changing(configuration, isLocked: false) { schema, lease in
            try await lease.run { try schema.condition($0) }
        }
    }

    /// Moves data to its new place, at most so many records; answers how many it moved, and how many are left.
    ///
    /// `report` is told how many are moved, of how many.
    package static func migrate(
        _ configuration: Configuration,
        atMost: Int,
        report: @escaping @Sendable (_ moved: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws(StoreError) -> MoveResult {
        try await changing(configuration) { schema, lease in
            guard let state = try await lease.run({ try schema.state(of: $0) }), state.version >= schema.newest else {
                throw StoreError(.schema, "the database is not expanded to this release: run `rollcalld db expand`")
            }
            let isOurs = state.version == schema.newest && schema.movesHeartbeats
            guard isOurs, state.phase == SchemaPhase.both.rawValue else {
                return MoveResult(moved: 0, left: 0)
            }
            let move = HeartbeatMove(release: schema.release, extent: .missing)
            let total = try await lease.run { try move.count($0) }
            let moved = try await move.run(lease, atMost: atMost) { report($0, total) }
            return MoveResult(moved: moved, left: try await lease.run { try move.count($0) })
        }
    }

    /// Ends the upgrade to this release: the point of no return.
    ///
    /// Where it is forced, it does not ask whether older daemons count; the fence stops them all the same. `patience` is
    /// how long others are waited for, in each step; `report` is told what is done.
    package static func contract(
        _ configuration: Configuration,
        isForced: Bool,
        patience: Duration,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(StoreError) {
        try await contract(configuration, Migration.released, isForced: isForced, patience: patience, report: report)
    }

    static func contract(
        _ configuration: Configuration,
        _ migrations: [Migration],
        isForced: Bool,
        patience: Duration,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(StoreError) {
        try await changing(configuration, migrations) { schema, lease in
            let contraction = Contraction(
                schema: schema,
                lease: lease,
                isForced: isForced,
                patience: patience,
                callLimit: configuration.server.callLimit,
                report: report
            )
            try await contraction.run()
        }
    }

    /// Waits a minute for another operator.
    private static func takeLock(_ schema: Schema, _ lease: MariaDBLease) async throws {
        for _ in 0..<12 where try await lease.run({ try schema.takeLock($0) }) { return }
        throw StoreError(.inUse, "somebody else is changing the schema of this database")
    }

    private static func changing<Value: Sendable>(
        _ configuration: Configuration,
        _ migrations: [Migration] = Migration.released,
        isLocked: Bool = true,
        _ body: (Schema, MariaDBLease) async throws -> Value
    ) async throws(StoreError) -> Value {
        let pool = pool(configuration.server, "READ-COMMITTED", size: 1)
        let schema = Schema(release: configuration.release, migrations: migrations)
        let result: Result<Value, any Error>
        do {
            let lease = try await pool.lease()
            do {
                if isLocked { try await takeLock(schema, lease) }
                result = .success(try await body(schema, lease))
            } catch {
                result = .failure(error)
            }
            if isLocked { _ = try? await lease.run { schema.releaseLock($0) } }
            await lease.giveBack()
        } catch {
            result = .failure(error)
        }
        await pool.close()
        do { return try result.get() } catch {
            throw StoreError(mariaDB: error, at: place(configuration.server))
        }
    }
}
