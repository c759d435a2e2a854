import LivenessCore
import Logging
import Metrics

/// Looks at the back end once every `observe_interval`.
struct Lookout: Sendable {
    /// Records taken in under one hold of the lock.
    private static let slice = 32

    let shared: SharedMachine
    let driver: any LivenessDriver
    let metrics: EngineMetrics
    let logger: Logger
    let fence: Fence
    let follower: TailFollower

    /// Looks for as long as the task lives.
    func run() async throws {
        while true {
            try await shared.time.sleep(for: shared.withLock { $0.settings.observeInterval })
            await look()
        }
    }

    /// Looks once.
    ///
    /// A look that fails is none; the machine notices when too many do.
    func look() async {
        let began = shared.time.now
        do {
            var observation = try await driver.observer.observe()
            let now = shared.time.now
            for range in observation.changed.indices.slices(of: Self.slice) {
                let records = observation.changed[range]
                shared.withLock { $0.recordsObserved(records, at: now) }
            }
            observation.changed = []
            shared.withLock { [observation] in $0.observed(observation, began: began, at: now) }
            metrics.observations.increment()
            if let head = observation.head { await follower.logSeen(head) }
        } catch {
            fence.notice(error)
            metrics.observationFailures.increment()
            logger.debug("the back end could not be observed", metadata: ["error": "\(error)"])
        }
    }
}
