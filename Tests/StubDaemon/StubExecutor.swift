import Dispatch

/// Threads for the stubs and for what speaks to them.
///
/// Tests share the cooperative pool, one thread per core, with tests that compute or wait on it for seconds. What is
/// under a time limit of the product (a heartbeat's attempt has 2 s) would be late for no fault of its own.
final class StubExecutor: TaskExecutor {
    static let shared = StubExecutor()

    private let queue = DispatchQueue(label: "stub", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
