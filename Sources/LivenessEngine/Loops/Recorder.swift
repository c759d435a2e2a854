import LivenessCore
import Logging
import Metrics

/// Writes changes of state into the transition log, after they were published.
struct Recorder: Sendable {
    /// Changes in one transaction.
    private static let slice = 5_000
    /// After a failure the store is left alone this long.
    private static let pauseAfterFailure: Duration = .milliseconds(500)

    let shared: SharedMachine
    let store: any RecordStore
    let tail: TransitionTail
    let wakeup: Wakeup
    let metrics: EngineMetrics
    let logger: Logger
    let fence: Fence
    let turnstile: Turnstile

    /// Records for as long as the task lives.
    func run() async throws {
        while await wakeup.wait() != nil {
            try Task.checkCancellation()
            while shared.withLock({ $0.unrecordedCount > 0 }) {
                if await record() == false {
                    try await shared.time.sleep(for: Self.pauseAfterFailure)
                }
            }
        }
    }

    /// Records one slice of what waits.
    ///
    /// Returns whether the store took it.
    func record() async -> Bool {
        await turnstile.pass { await recordNext() }
    }

    private func recordNext() async -> Bool {
        let pending = shared.withLock { $0.takeChanges(limit: Self.slice) }
        guard !pending.isEmpty else { return true }
        do {
            let results = try await store.record(pending.map(\.change), at: shared.time.wall)
            let now = shared.time.now
            var written: [Transition] = []
            for start in stride(from: 0, to: min(pending.count, results.count), by: 256) {
                let slice = start..<min(start + 256, pending.count, results.count)
                shared.withLock { machine in
                    for position in slice { machine.recorded(pending[position], results[position], at: now) }
                }
            }
            for case .recorded(let transition) in results { written.append(transition) }
            metrics.transitions.increment(by: Int64(written.count))
            tail.append(written, to: shared)
            shared.publish()
            return true
        } catch {
            fence.notice(error)
            metrics.recordingFailures.increment()
            logger.warning("transitions could not be recorded", metadata: ["error": "\(error)"])
            shared.withLock { $0.recordingFailed(pending) }
            return false
        }
    }
}
