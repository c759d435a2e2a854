import LivenessCore
import Logging
import Metrics

/// Writes changes of state into the transition log, after they were published.
struct Recorder: Sendable {
    /// Changes in one transaction, at most.
    private static let largest = 5_000
    /// Services handled under one hold of the lock.
    private static let slice = 128
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
        let pending = takeChanges()
        guard !pending.isEmpty else { return true }
        do {
            let results = try await store.record(pending.map(\.change), at: shared.time.wall)
            let now = shared.time.now
            var written: [Transition] = []
            for range in (0..<min(pending.count, results.count)).slices(of: Self.slice) {
                shared.withLock { machine in
                    for position in range { machine.recorded(pending[position], results[position], at: now) }
                }
            }
            for case .recorded(let transition) in results { written.append(transition) }
            let wall = shared.time.wall
            for case (let pending, .recorded) in zip(pending, results) {
                let delay = max(0, wall.microseconds &- pending.change.at.microseconds)
                metrics.recordingDelay.recordMicroseconds(delay)
            }
            tail.append(written, to: shared)
            shared.publish()
            return true
        } catch {
            fence.notice(error)
            metrics.recordingFailures.increment()
            logger.warning("transitions could not be recorded", metadata: ["error": "\(error)"])
            for range in pending.indices.slices(of: Self.slice) {
                shared.withLock { $0.recordingFailed(pending[range]) }
            }
            return false
        }
    }

    private func takeChanges() -> [LivenessMachine.PendingChange] {
        var pending: [LivenessMachine.PendingChange] = []
        var areMore = true
        while areMore, pending.count < Self.largest {
            let (taken, left) = shared.withLock { ($0.takeChanges(limit: Self.slice), $0.unrecordedCount) }
            pending += taken
            areMore = left > 0
        }
        return pending
    }
}
