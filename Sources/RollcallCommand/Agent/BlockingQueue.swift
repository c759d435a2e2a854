internal import Dispatch
internal import Synchronization

/// Does work that may block, one after another, on a thread that is none of the cooperative pool's: the pool has one
/// thread per core, and every blocked one is missing where heartbeats are sent.
final class BlockingQueue: Sendable {
    /// Whoever is this far behind is stuck, and later work is dropped.
    private static let bound = 1_024

    private let queue: DispatchQueue
    private let waiting = Mutex(0)

    init(_ name: String) {
        queue = DispatchQueue(label: name)
    }

    /// Does it later, and does not wait.
    func add(_ work: @escaping @Sendable () -> Void) {
        let fits = waiting.withLock { count in
            guard count < Self.bound else { return false }
            count += 1
            return true
        }
        guard fits else { return }
        queue.async {
            work()
            self.waiting.withLock { $0 -= 1 }
        }
    }

    /// Waits for an answer that may take long.
    ///
    /// - Returns: The answer; `nil` when the task was cancelled first.
    func answer<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        let answer = FirstAnswer<Value?>()
        queue.async { answer.give(work()) }
        return await withTaskCancellationHandler {
            await answer.value()
        } onCancel: {
            answer.give(nil)
        }
    }

    /// Waits until all that was added is done, but not for ever.
    func finish(within limit: Duration) async {
        let answer = FirstAnswer<Void>()
        queue.async { answer.give(()) }
        await withDiscardingTaskGroup { group in
            group.addTask {
                try? await Task.sleep(for: limit)
                answer.give(())
            }
            await answer.value()
            group.cancelAll()
        }
    }
}
