import LivenessCore

/// Joins what many calls ask into few batches: those that come while one is under way go together in the next.
///
/// A fleet that starts at once is registered at the speed of batches, whatever its agents send.
final class BatchQueue<Item: Sendable, Outcome: Sendable>: Sendable {
    typealias Handler = @Sendable ([Item]) async -> [Outcome]

    private enum Turn {
        /// Everything that waits is yours to handle, your own first.
        case lead
        case done([Outcome])
    }

    private struct Call {
        var items: [Item]
        var continuation: CheckedContinuation<Turn, Never>?
    }

    private struct State {
        var isLed = false
        var calls: [Call] = []
    }

    /// Items in one batch, if a single call does not bring more.
    private let largest: Int
    private let state = Locked(State())

    init(largest: Int) {
        self.largest = largest
    }

    /// Returns one outcome per item, in order.
    func handle(_ items: [Item], _ handler: Handler) async -> [Outcome] {
        let turn = await withCheckedContinuation { continuation in
            let mayLead = state.withLock { state in
                if state.isLed {
                    state.calls.append(Call(items: items, continuation: continuation))
                    return false
                }
                state.isLed = true
                state.calls.insert(Call(items: items, continuation: nil), at: 0)
                return true
            }
            if mayLead { continuation.resume(returning: .lead) }
        }
        switch turn {
        case .done(let outcomes): return outcomes
        case .lead: return await lead(handler)
        }
    }

    /// Handles what waits, its own call first, and hands the lead on.
    private func lead(_ handler: Handler) async -> [Outcome] {
        let calls = state.withLock { state in
            var count = 0
            var size = 0
            for call in state.calls {
                size += call.items.count
                if count > 0, size > largest { break }
                count += 1
            }
            let taken = Array(state.calls.prefix(count))
            state.calls.removeFirst(count)
            return taken
        }
        var outcomes = await handler(calls.flatMap(\.items))[...]
        let next = state.withLock { state -> CheckedContinuation<Turn, Never>? in
            guard !state.calls.isEmpty else {
                state.isLed = false
                return nil
            }
            let next = state.calls[0].continuation
            state.calls[0].continuation = nil
            return next
        }
        next?.resume(returning: .lead)
        var own: [Outcome] = []
        for call in calls {
            let share = Array(outcomes.prefix(call.items.count))
            outcomes = outcomes.dropFirst(call.items.count)
            if let continuation = call.continuation {
                continuation.resume(returning: .done(share))
            } else {
                own = share
            }
        }
        return own
    }
}
