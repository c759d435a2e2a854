import LivenessCore
import Logging
import Metrics

/// Looks at the back end once every `observe_interval`.
struct Lookout: Sendable {
    let shared: SharedMachine
    let driver: any LivenessDriver
    let metrics: EngineMetrics
    let logger: Logger
    let fence: Fence

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
            let observation = try await driver.observer.observe()
            let now = shared.time.now
            shared.withLock { machine in
                machine.observed(observation, began: began, at: now)
                if let head = observation.head, head.logID != machine.board.head.logID {
                    machine.logAdvanced(to: head)
                }
            }
            metrics.observations.increment()
        } catch {
            fence.notice(error)
            metrics.observationFailures.increment()
            logger.debug("the back end could not be observed", metadata: ["error": "\(error)"])
        }
    }
}
