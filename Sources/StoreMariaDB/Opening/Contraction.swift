import LivenessCore
import MariaDBClient
import StoreSQL

/// Ends an upgrade: shuts the fence behind the older release, brings the new place up to date, makes it the only one,
/// and removes the old one.
///
/// Each step can be repeated, and what is done is noted: a contraction that was killed goes on where it was.
struct Contraction: Sendable {
    /// Between two looks.
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
            try await lease.untilNobodyIsInTheWay("step \(step.name)", patience: patience) {
                try $0.command(step.statement)
            }
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
        try await lease.untilNobodyIsInTheWay("schema_state", patience: patience, pause: Self.longPause) {
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
}
