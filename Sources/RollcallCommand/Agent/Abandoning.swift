/// Work beside something else that is over with it, whether it ends or not.
enum Abandoning {
    /// Does the work while `body` runs; then cancels it, and waits for its end no longer than the limit.
    ///
    /// It is no child task: those are waited for, and a process that the kernel does not let go of may never end.
    static func doing<Value>(
        _ work: @escaping @Sendable () async -> Void,
        within limit: Duration,
        while body: () async throws -> Value
    ) async rethrows -> Value {
        let task = Task { await work() }
        do {
            let value = try await body()
            await end(task, within: limit)
            return value
        } catch {
            await end(task, within: limit)
            throw error
        }
    }

    private static func end(_ task: Task<Void, Never>, within limit: Duration) async {
        task.cancel()
        let over = FirstAnswer<Void>()
        Task {
            await task.value
            over.give(())
        }
        let clock = Task {
            try? await Task.sleep(for: limit)
            over.give(())
        }
        await over.value()
        clock.cancel()
    }
}
