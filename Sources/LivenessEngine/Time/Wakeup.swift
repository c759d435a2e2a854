/// Wakes a loop before its time.
///
/// Signals that come while nobody waits are kept as one.
package final class Wakeup: Sendable {
    private let channel: AsyncStream<Void>
    private let signals: AsyncStream<Void>.Continuation

    package init() {
        (channel, signals) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func signal() {
        signals.yield()
    }

    /// Returns at the next signal, or at once when one is kept; nil when the task was cancelled.
    package func wait() async -> Void? {
        var iterator = channel.makeAsyncIterator()
        return await iterator.next()
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
