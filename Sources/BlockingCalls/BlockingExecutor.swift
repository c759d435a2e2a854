import Dispatch

/// Runs what blocks on a queue of its own, so that no thread of the tasks' pool waits for a server.
///
/// For the actor that owns one connection of a C library: nobody else touches the connection, and nobody else waits.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: Shows in debuggers.
    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
