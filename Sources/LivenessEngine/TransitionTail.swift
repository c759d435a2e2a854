import LivenessCore

/// The newest rows of the transition log in memory, and those who wait for the next.
///
/// Rows are put in order of their revisions: two writers may learn of their commits in another order than the
/// database's, and nobody who waits is shown a row before the ones that come before it. Rows that were removed from the
/// log before they were read here are gone for good: what was read from the store at once has no other gaps.
package final class TransitionTail: Sendable {
    /// Rows kept, and up to as many again: a reader further behind is served from the store.
    private static let capacity = 16_384

    private struct State {
        /// All that are left of the log behind `from`.
        var rows: [Transition] = []
        var from: Int64 = 0
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
            state.from = revision
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

    /// Takes in rows that this daemon wrote and committed, wakes who waits, and tells the board.
    func append(_ transitions: [Transition], to shared: SharedMachine) {
        guard !transitions.isEmpty else { return }
        topics?.recorded(transitions)
        take(to: shared) { state in
            for transition in transitions where transition.revision > state.newest {
                state.early[transition.revision] = transition
            }
        }
    }

    /// Takes in all that is left of the log behind `start` up to `end`, as one snapshot of the store had it.
    func append(_ transitions: [Transition], after start: Int64, through end: Int64, to shared: SharedMachine) {
        take(to: shared) { state in
            guard start <= state.newest, end > state.newest else { return }
            state.rows += transitions.filter { state.newest < $0.revision && $0.revision <= end }
            state.newest = end
            state.early = state.early.filter { $0.key > end }
        }
    }

    private func take(to shared: SharedMachine, _ body: (inout State) -> Void) {
        let (newest, waiters) = state.withLock { state -> (Int64?, [AsyncStream<Void>.Continuation]) in
            let before = state.newest
            body(&state)
            while let next = state.early.removeValue(forKey: state.newest + 1) {
                state.rows.append(next)
                state.newest += 1
            }
            if state.rows.count > Self.capacity * 2 {
                let surplus = state.rows.count - Self.capacity
                state.from = state.rows[surplus - 1].revision
                state.rows.removeFirst(surplus)
            }
            return (state.newest > before ? state.newest : nil, Array(state.waiters.values))
        }
        // Where nothing came, its end may be that of a log which is no more.
        if let newest { shared.withLock { $0.logAdvanced(to: newest) } }
        for waiter in waiters { waiter.yield() }
    }

    /// The newest revision up to which all rows are known.
    package var newest: Int64 { state.withLock { $0.newest } }

    /// How many wait for a row.
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Rows after `revision`, oldest first, and up to where they are all there are; nil when they are not all in memory.
    func rows(after revision: Int64, limit: Int) -> (rows: [Transition], through: Int64)? {
        state.withLock { state in
            if revision >= state.newest { return ([], revision) }
            guard revision >= state.from else { return nil }
            var (low, high) = (0, state.rows.count)
            while low < high {
                let middle = (low + high) / 2
                if state.rows[middle].revision <= revision { low = middle + 1 } else { high = middle }
            }
            let rows = state.rows[low...].prefix(limit)
            return (Array(rows), low + rows.count < state.rows.count ? rows.last?.revision ?? revision : state.newest)
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
