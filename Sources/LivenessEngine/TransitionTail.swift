import LivenessCore

/// The newest rows of the transition log in memory, and those who wait for the next.
///
/// Rows are put in order of their revisions: two writers may learn of their commits in another order than the
/// database's, and nobody who waits is shown a gap.
package final class TransitionTail: Sendable {
    /// Rows kept, and up to as many again: a reader further behind is served from the store.
    private static let capacity = 16_384

    private struct State {
        var rows: [Transition] = []
        /// Rows that came before one with a lower revision.
        var early: [Int64: Transition] = [:]
        var newest: Int64 = 0
        var waiters: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Locked(State())
    /// Told of the rows that this daemon wrote.
    private let topics: TopicMetrics?

    init(_ topics: TopicMetrics? = nil) {
        self.topics = topics
    }

    /// Where the log stands: rows up to `revision` are served from the store.
    ///
    /// Who waits is woken: it may be another log.
    func restart(at revision: Int64) {
        let waiters = state.withLock { state in
            state.rows = []
            state.early = [:]
            state.newest = revision
            return state.waiters.values
        }
        for waiter in waiters { waiter.finish() }
    }

    /// Wakes who waits for a row, with none: there is something else to see.
    func wake() {
        for waiter in state.withLock({ $0.waiters.values }) { waiter.finish() }
    }

    /// Takes in rows that were committed, wakes who waits, and tells the board; `isOurs` tells whether this daemon wrote
    /// them.
    func append(_ transitions: [Transition], isOurs: Bool = true, to shared: SharedMachine) {
        guard !transitions.isEmpty else { return }
        if isOurs { topics?.recorded(transitions) }
        let (newest, waiters) = state.withLock { state -> (Int64, [AsyncStream<Void>.Continuation]) in
            for transition in transitions where transition.revision > state.newest {
                state.early[transition.revision] = transition
            }
            while let next = state.early.removeValue(forKey: state.newest + 1) {
                state.rows.append(next)
                state.newest += 1
            }
            if state.rows.count > Self.capacity * 2 { state.rows.removeFirst(state.rows.count - Self.capacity) }
            return (state.newest, Array(state.waiters.values))
        }
        shared.withLock { $0.logAdvanced(to: newest) }
        for waiter in waiters { waiter.yield() }
    }

    /// The newest revision without a gap before it.
    package var newest: Int64 { state.withLock { $0.newest } }

    /// How many wait for a row.
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Rows after `revision`, oldest first; nil when they are not all in memory.
    func rows(after revision: Int64, limit: Int) -> [Transition]? {
        state.withLock { state in
            if revision >= state.newest { return [] }
            guard let first = state.rows.first, first.revision <= revision + 1 else { return nil }
            let from = state.rows.startIndex + Int(revision + 1 - first.revision)
            return Array(state.rows[from...].prefix(limit))
        }
    }

    /// Returns when there is a row after `revision` or the log begins anew, at the latest after `duration`.
    func wait(after revision: Int64, atMost duration: Duration, _ time: any TimeSource) async {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextWaiter += 1
            state.waiters[state.nextWaiter] = continuation
            return state.nextWaiter
        }
        defer { state.withLock { _ = $0.waiters.removeValue(forKey: number) } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await time.sleep(for: duration) }
            group.addTask {
                if self.newest > revision { return }
                for await _ in stream where self.newest > revision { return }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
