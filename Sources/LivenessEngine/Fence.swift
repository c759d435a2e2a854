import LivenessCore

/// Remembers that the database has refused this release: the daemon stops.
package final class Fence: Sendable {
    private let refusal = Locked<StoreError?>(nil)
    private let wakeup = Wakeup()

    package init() {}

    /// Takes note of an error; one that says *fenced* ends the daemon.
    func notice(_ error: StoreError) {
        guard error.code == .fenced else { return }
        refusal.withLock { $0 = error }
        wakeup.signal()
    }

    func notice(_ error: DriverError) {
        guard error.code == .fenced else { return }
        notice(StoreError(.fenced, error.message, cause: error.cause))
    }

    /// Throws when the fence was met; returns when the task is cancelled.
    func stand() async throws {
        while await wakeup.wait() != nil {
            if let error = refusal.withLock({ $0 }) { throw error }
        }
    }
}
