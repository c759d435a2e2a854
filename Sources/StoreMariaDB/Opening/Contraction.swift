import LivenessCore
import MariaDBClient
import StoreSQL

/// Ends an upgrade: shuts the fence behind the older release, brings the new place up to date, makes it the only one,
/// and removes the old one.
///
/// Each step can be repeated, and what is done is noted: a contraction that was killed goes on where it was.
struct Contraction: Sendable {
    /// Between two looks, or two tries of what is refused at once while others are in the way.
    private static let pause = Duration.milliseconds(100)
    /// Between two tries of what waits for them, because everybody else waits behind it.
    private static let longPause = Duration.seconds(1)
    /// So long such a try waits.
    private static let briefly = "SET STATEMENT innodb_lock_wait_timeout = 1 FOR"

    var schema: Schema
    var lease: MariaDBLease
    /// Does not ask whether older daemons count; the fence is shut all the same.
    var isForced: Bool
    /// How long others may be waited for, in each step.
    var patience: Duration
    /// The time that a transaction may take at most.
    var callLimit: Duration
    var report: @Sendable (String) -> Void

    func run() async throws {
        guard let steps = schema.contraction, let state = try await state(), state.version == schema.newest else {
            let needed = schema.newest
            throw StoreError(
                .schema,
                "the database has not the schema \(needed) of this release: run `rollcalld db expand`"
            )
        }
        let isFenced = state.minRelease >= schema.release
        let isInBoth = state.phase == SchemaPhase.both.rawValue
        let condition = try await lease.run { try schema.condition($0) }
        if condition.need == .nothing, !isInBoth { return report("nothing is left to do") }
        // Behind the fence what is missing is copied with what is behind.
        let isReady = condition.need == .contraction || condition.need == .migration && isFenced
        guard isReady || condition.need == .nothing && isForced else { throw StoreError(.schema, condition.words) }
        if !isFenced { try await shutFence() }
        if isInBoth { try await enterNewPhase() }
        try await waitForDaemons()
        for step in steps where !state.finishedSteps.contains(step.name) {
            try await untilNobodyIsInTheWay("step \(step.name)", pause: Self.pause) { try $0.command(step.statement) }
            try await change("finished_steps = trim(concat(finished_steps, ' \(step.name)'))")
            report("step \(step.name) of the contraction is done")
        }
    }

    private func state() async throws -> SchemaState? {
        try await lease.run { try schema.state(of: $0) }
    }

    /// Once this is committed no older writer is under way, and none gets past the fence.
    private func shutFence() async throws {
        try await change("min_release = \(schema.release)")
        report("no release before \(schema.release) writes any more: there is no way back")
    }

    /// All who write now write both places; what older daemons wrote last in the old one is copied, and then the new one
    /// is complete.
    private func enterNewPhase() async throws {
        let isGalera = try await lease.run { session in
            try session.rows("SHOW GLOBAL STATUS LIKE 'wsrep_ready'", []) { try $0.text(1) }.first == "ON"
        }
        // There the share locks of a node's writers are that node's own: who began before the fence may still be under way.
        if isGalera { try await Task.sleep(for: callLimit * 2) }
        if schema.movesHeartbeats {
            let move = HeartbeatMove(release: schema.release, extent: .behind)
            let copied = try await move.run(lease, atMost: .max) { _ in }
            report("\(copied) records were brought up to date")
        }
        try await change("phase = 'new'")
        report("the phase is new")
    }

    /// Changes the row that every writer keeps.
    private func change(_ assignment: String) async throws {
        try await untilNobodyIsInTheWay("schema_state", pause: Self.longPause) {
            try $0.command("\(Self.briefly) UPDATE schema_state SET \(assignment) WHERE id = 1")
        }
    }

    /// Until every daemon that counts has written in the new phase: none reads the old place any more.
    private func waitForDaemons() async throws {
        let deadline = ContinuousClock.now + patience
        while let late = try await lease.run({ try schema.census($0) }).yetToSee(.new, from: schema.release).first {
            guard ContinuousClock.now < deadline else {
                throw StoreError(
                    .unavailable,
                    "\(late.shown) has not written in phase new: start it, or take it out with `rollcall daemon retire`"
                )
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// Tries until it can be done at once, and says at the end who is in the way: who waits for a lock on a table keeps
    /// all others waiting behind it.
    private func untilNobodyIsInTheWay(
        _ what: String,
        pause: Duration,
        _ body: @escaping @Sendable (MariaDBSession) throws -> Void
    ) async throws {
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                return try await lease.run(body)
            } catch let error as MariaDBError where error.isLockTimeout || error.isDeadlock {
                guard ContinuousClock.now < deadline else {
                    let oldest = try? await lease.run { try Self.oldestTransaction($0) }
                    throw StoreError(.unavailable, "\(what): others are in the way\(oldest ?? "")", cause: error)
                }
                try await Task.sleep(for: pause)
            }
        }
    }

    /// For people; the server tells it only to whom it trusts with PROCESS.
    private static func oldestTransaction(_ session: MariaDBSession) throws -> String {
        let found = try session.rows(
            """
            SELECT trx_mysql_thread_id, CAST(trx_started AS CHAR) FROM information_schema.innodb_trx \
            WHERE trx_mysql_thread_id <> connection_id() ORDER BY trx_started LIMIT 1
            """,
            []
        ) { "; connection \(try $0.integer(0) ?? 0) is in a transaction since \(try $0.text(1) ?? "")" }
        return found.first ?? ""
    }
}
