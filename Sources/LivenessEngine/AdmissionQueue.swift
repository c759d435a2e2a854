import LivenessCore

/// Joins the admissions of many calls into few transactions: those that come while one is under way go together in the
/// next.
///
/// A fleet that starts at once is registered at the speed of batches, whatever its agents send.
final class AdmissionQueue: Sendable {
    /// Admissions in one transaction, if a single call does not bring more.
    static let largest = 1_000

    typealias Handler = @Sendable ([Asked]) async -> [HeartbeatOutcome]

    /// One heartbeat to be decided on.
    struct Asked: Sendable {
        var admission: Admission
        var attributesHash: UInt32
        /// The dense number of the service it names; `HeartbeatOutcome.noService` when it is not known.
        var service: UInt32
    }

    private enum Turn {
        /// Everything that waits is yours to handle, your own first.
        case lead
        case done([HeartbeatOutcome])
    }

    private struct Call {
        var asked: [Asked]
        var continuation: CheckedContinuation<Turn, Never>?
    }

    private struct State {
        var isLed = false
        var calls: [Call] = []
    }

    private let state = Locked(State())

    /// Returns one outcome per heartbeat, in order.
    func admit(_ asked: [Asked], _ handler: Handler) async -> [HeartbeatOutcome] {
        let turn = await withCheckedContinuation { continuation in
            let mayLead = state.withLock { state in
                if state.isLed {
                    state.calls.append(Call(asked: asked, continuation: continuation))
                    return false
                }
                state.isLed = true
                state.calls.insert(Call(asked: asked, continuation: nil), at: 0)
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
    private func lead(_ handler: Handler) async -> [HeartbeatOutcome] {
        let calls = state.withLock { state in
            var count = 0
            var size = 0
            for call in state.calls {
                size += call.asked.count
                if count > 0, size > Self.largest { break }
                count += 1
            }
            let taken = Array(state.calls.prefix(count))
            state.calls.removeFirst(count)
            return taken
        }
        var outcomes = await handler(calls.flatMap(\.asked))[...]
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
        var own: [HeartbeatOutcome] = []
        for call in calls {
            let share = Array(outcomes.prefix(call.asked.count))
            outcomes = outcomes.dropFirst(call.asked.count)
            if let continuation = call.continuation {
                continuation.resume(returning: .done(share))
            } else {
                own = share
            }
        }
        return own
    }
}
