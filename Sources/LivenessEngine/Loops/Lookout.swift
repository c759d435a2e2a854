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
    let reader: RecordReader

    /// Looks for as long as the task lives.
    func run() async throws {
        while true {
            try await shared.time.sleep(for: shared.withLock { $0.settings.observeInterval })
            await look()
        }
    }

    /// Looks once at all of it.
    ///
    /// A look that fails is none; the machine notices when too many do.
    func look() async {
        let began = shared.time.now
        _ = await reading { () throws(DriverError) in
            let observation = try await driver.observer.observe()
            let changed = take(observation.changed)
            let now = shared.time.now
            shared.withLock { $0.observed(observation, began: began, at: now) }
            metrics.observations.increment()
            await reader.read(changed + observation.unrecognised)
            if let head = observation.head { await reader.follow(head) }
        }
    }

    /// Looks at these services, and at who else is there.
    ///
    /// - Returns: Whether it could.
    @discardableResult
    func look(at services: [ServiceKey]) async -> Bool {
        let began = shared.time.now
        return await reading { () throws(DriverError) in
            let observation = try await driver.observer.look(at: services)
            let changed = take(observation.changed)
            let now = shared.time.now
            shared.withLock { $0.looked(at: services, observation, began: began, at: now) }
            await reader.read(changed + observation.unrecognised)
        }
    }

    /// Takes in what others heard; answers whose records are to be read.
    private func take(_ heartbeats: [ObservedHeartbeat]) -> [Int64] {
        var changed: [Int64] = []
        for range in heartbeats.indices.slices(of: Self.slice) {
            let now = shared.time.now
            changed += shared.withLock { $0.heartbeatsObserved(heartbeats[range], at: now) }
        }
        return changed
    }

    private func reading(_ body: () async throws(DriverError) -> Void) async -> Bool {
        do throws(DriverError) {
            try await body()
            return true
        } catch {
            fence.notice(error)
            metrics.observationFailures.increment()
            logger.debug("the back end could not be observed", metadata: ["error": "\(error)"])
            return false
        }
    }
}
