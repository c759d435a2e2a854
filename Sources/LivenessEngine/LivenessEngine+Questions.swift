package import LivenessCore

/// Questions: answered from the published board, never from the database, but for what only the log has.
extension LivenessEngine {
    /// The board as last published: a consistent snapshot.
    package var board: Board { shared.board }

    /// What the published board says of the service whose name lies in these bytes; nil when there is none.
    package func stateAnswer(_ bytes: [UInt8], host: Range<Int>, binary: Range<Int>) -> StateAnswer? {
        shared.stateAnswer(bytes, host: host, binary: binary)
    }

    /// The monotonic time, to tell ages by.
    package var now: Instant { time.now }

    /// The wall clock's time of a monotonic instant, for people.
    package func wall(_ instant: Instant) -> Timestamp {
        time.wall - (time.now - instant)
    }

    /// Waits, on the engine's clock.
    package func sleep(for duration: Duration) async throws { try await time.sleep(for: duration) }

    /// What is known of a driver that runs.
    package struct DriverStanding: Sendable {
        package var guarantees: DriverGuarantees
        package var isDeciding: Bool
        package var isLost: Bool
        /// Of how many services a driver in the shadow says otherwise than what stands.
        package var disagreements: Int
    }

    /// The drivers that run, the deciding one first.
    package var driverStandings: [DriverStanding] {
        let now = time.now
        let shadows = drivers.shadows
        return shared.withLock { machine in
            let counts = machine.disagreements(limit: 0).counts
            let deciding = DriverStanding(
                guarantees: guarantees,
                isDeciding: true,
                isLost: machine.isBackendLost,
                disagreements: 0
            )
            return [deciding]
                + shadows.map { shadow in
                    DriverStanding(
                        guarantees: shadow.driver.guarantees,
                        isDeciding: false,
                        isLost: machine.isShadowLost(shadow.name, at: now) ?? true,
                        disagreements: counts[shadow.name] ?? 0
                    )
                }
        }
    }

    /// What drivers in the shadow contradict, at most so many of them, and how many there are.
    package func disagreements(limit: Int) -> (listed: [LivenessMachine.Disagreement], count: Int) {
        let all = shared.withLock { $0.disagreements(limit: limit) }
        return (all.listed, all.counts.values.reduce(0, +))
    }

    /// What the deciding driver promises.
    package var guarantees: DriverGuarantees { drivers.deciding.guarantees }

    /// This daemon's `daemon.id`, and the digest of its settings that others compare with theirs.
    package var identity: (id: String, settingsDigest: String) {
        (settings.liveness.daemon, settings.settingsDigest)
    }

    /// A place in a log.
    package struct LogPosition: Sendable {
        package var logID: String
        package var revision: Int64
    }

    /// What `transitions` answers.
    package enum TransitionAnswer: Sendable {
        /// With the revision up to which they are all there are.
        case rows([Transition], through: Int64, LogHead)
        /// The revision asked for is too old, too new, or of another log.
        case revisionUnknown(LogHead)
    }

    /// Rows of the log after `since`, oldest first; waits up to `wait` for the first one.
    package func transitions(
        since: Int64,
        logID: String?,
        wait: Duration,
        limit: Int
    ) async throws(StoreError) -> TransitionAnswer {
        // Nobody waits for a row of another log.
        if let logID, logID != board.head.logID { return .revisionUnknown(board.head) }
        if wait > .zero, since >= tail.newest { await tail.wait(after: since, atMost: wait, time) }
        var head = board.head
        head.revision = max(head.revision, tail.newest)
        if let logID, logID != head.logID { return .revisionUnknown(head) }
        if since < 0 || since > head.revision { return .revisionUnknown(head) }
        if let (rows, through) = tail.rows(after: since, limit: limit) { return .rows(rows, through: through, head) }
        let page = try await store.transitions(since: since, limit: limit)
        if let logID, logID != page.head.logID { return .revisionUnknown(page.head) }
        if since + 1 < page.head.oldest { return .revisionUnknown(page.head) }
        let isAll = page.transitions.count < limit
        let through = isAll ? page.head.revision : page.transitions.last?.revision ?? since
        return .rows(page.transitions, through: through, page.head)
    }

    /// Where the log ends.
    package var newest: LogPosition {
        LogPosition(logID: board.head.logID, revision: tail.newest)
    }

    /// Returns when the log has a row after that revision or begins anew, or there is something else to see; at the
    /// latest after `duration`.
    package func awaitRow(after revision: Int64, atMost duration: Duration) async {
        await tail.wait(after: revision, atMost: duration, time)
    }

    /// Whether the log says of these services what a board showed.
    package func isLogged(_ services: [UInt32], on shown: Board) -> Bool {
        shared.withLock { $0.isLogged(services, on: shown) }
    }

    /// A service's rows of the log, newest first.
    package func history(of uuid: ServiceUUID, limit: Int) async throws(StoreError) -> [Transition] {
        try await store.history(of: uuid, limit: limit)
    }

    package func daemons() async throws(StoreError) -> [DaemonRecord] {
        try await store.daemons()
    }

    /// The brakes that hold, and those released lately, also while the database is away.
    package func brakes() async -> [BrakeRecord] {
        let held = shared.withLock { $0.brakes.held }
        guard let known = try? await store.brakes(limit: Self.mostBrakes) else { return held }
        let unwritten = held.filter { mine in !known.contains { $0.scope == mine.scope && $0.releasedAt == nil } }
        return unwritten + known
    }

    private static var mostBrakes: Int { 100 }

    /// Why the verdict on a service is what it is; nil when there is none of that number.
    package func explanation(of service: UInt32) -> Explanation? {
        let now = time.now
        return shared.withLock { $0.explanation(of: service, at: now) }
    }

    /// Waits for a flush that began after this call.
    ///
    /// - Parameter held: The heartbeats whose answer waits for it.
    /// - Returns: Whether the flush went through.
    package func flushed(_ held: [HeartbeatOutcome]) async -> Bool {
        let answer = HeldAnswer(shared)
        answer.hold(held)
        defer { answer.give(held) }
        return await coalescer.waiters.wait()
    }

    /// Services whose answers are held up now.
    package var unansweredCount: Int { shared.withLock { $0.unansweredCount } }

    /// Adopts changed settings; no deadline is reset.
    package func adopt(_ settings: LivenessSettings) {
        shared.withLock { $0.settingsChanged(settings) }
    }
}
