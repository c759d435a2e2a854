import NIOCore

/// Runs the tasks of a connection on the event loop that reads its bytes: no thread is woken between the two.
///
/// What computes for long leaves it (`OffLoop`), or the loop's other connections wait.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// The way off an event loop, for work that takes longer than a request may hold up others.
enum OffLoop {
    /// Runs `body` on the threads that belong to no event loop.
    static func run<Result: Sendable, Failure: Error>(
        _ body: @concurrent @Sendable () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        // Only what is `@concurrent` changes its executor; everything else runs on where its caller does.
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            @concurrent () async throws(Failure) -> Result in
            try await body()
        }
    }
}
