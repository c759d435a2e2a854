import Synchronization

/// Wakes a loop before its time.
///
/// One task waits at a time. Signals that come while nobody waits are kept as one. No stream stands behind it: a stream
/// ends for ever when a task that reads it is cancelled, and here a wait that ran out of time is followed by others.
package final class Wakeup: Sendable {
    private struct State {
        var isSignalled = false
        var waiting: CheckedContinuation<Bool, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func signal() {
        let waiting = state.withLock { state in
            state.isSignalled = state.waiting == nil
            return state.waiting.take()
        }
        waiting?.resume(returning: true)
    }

    /// Returns at the next signal, or at once when one is kept; nil when the task was cancelled.
    package func wait() async -> Void? {
        let isSignalled = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if state.isSignalled {
                        state.isSignalled = false
                        return true
                    }
                    state.waiting = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.waiting.take() }?.resume(returning: false)
        }
        return isSignalled ? () : nil
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
