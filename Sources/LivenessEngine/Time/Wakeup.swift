import LivenessCore

/// Wakes a loop before its time.
///
/// Signals that come while nobody waits are kept as one.
///
/// Not an `AsyncStream`: a stream ends for good when a task that waits on it is cancelled, and `wait(atMost:)` cancels
/// its waiting whenever the time is over first.
package final class Wakeup: Sendable {
    private struct State {
        var isSignaled = false
        var next: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        /// Cancelled before they began to wait.
        var cancelled: Set<UInt64> = []
    }

    private let state = Locked(State())

    package init() {}

    package func signal() {
        let waiting = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
            if state.waiting.isEmpty { state.isSignaled = true }
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: true) }
    }

    /// Returns at the next signal, or at once when one is kept; nil when the task was cancelled.
    package func wait() async -> Void? {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let isSignaled = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if state.cancelled.remove(number) != nil { return false }
                    if state.isSignaled {
                        state.isSignaled = false
                        return true
                    }
                    state.waiting[number] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                let waiting = state.waiting.removeValue(forKey: number)
                if waiting == nil { state.cancelled.insert(number) }
                return waiting
            }
            waiting?.resume(returning: false)
        }
        // A cancellation that came after the signal leaves its mark behind.
        state.withLock { _ = $0.cancelled.remove(number) }
        return isSignaled ? () : nil
    }

    /// Returns at the next signal, at the latest after `duration`.
    package func wait(atMost duration: Duration, _ time: any TimeSource) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await time.sleep(for: duration) }
            group.addTask { _ = await self.wait() }
            try await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }
}
