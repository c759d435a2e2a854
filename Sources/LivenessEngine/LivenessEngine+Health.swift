import DequeModule
package import LivenessCore
import Logging
import Metrics

/// What this daemon says of its own health.
extension LivenessEngine {
    /// Whether the daemon can answer, and what it knows of what stands behind it.
    package struct Readiness: Hashable, Sendable {
        package var isDatabaseLost: Bool
        package var isDriverLost: Bool
        /// Since when something is lost.
        package var since: Timestamp?

        package var isLost: Bool { isDatabaseLost || isDriverLost }
    }

    package var readiness: Readiness {
        let isInDatabase = guarantees.isPersistent
        return shared.withLock { Self.readiness(of: $0, isInDatabase) }
    }

    private static func readiness(of machine: LivenessMachine, _ isInDatabase: Bool) -> Readiness {
        Readiness(
            isDatabaseLost: isInDatabase ? machine.isBackendLost : machine.isDatabaseLost,
            isDriverLost: machine.isBackendLost,
            since: machine.backendLostSince
        )
    }

    /// What this daemon sees, at one moment: whether who follows its log knows everything depends on it.
    package struct Sight: Sendable {
        package var readiness: Readiness
        package var machine: LivenessMachine.Sight

        /// It sees, and what it stands on answers.
        package var isClear: Bool { machine.isSeeing && !readiness.isLost }
    }

    package var sight: Sight {
        let isInDatabase = guarantees.isPersistent
        let now = time.now
        return shared.withLock { machine in
            // A stop that nobody noticed before is one from here on.
            let seen = machine.sight(at: now)
            return Sight(readiness: Self.readiness(of: machine, isInDatabase), machine: seen)
        }
    }

    /// Writes what the machine says of itself into the log, for as long as the task lives.
    ///
    /// While the database is away, which may be just what there is to say, events wait for it.
    func reportHealth() async throws {
        var waiting: Deque<DaemonEvent> = []
        while true {
            try await time.sleep(for: Self.reportInterval)
            let events = shared.withLock { $0.takeEvents() }
            for event in events {
                if let row = announce(event) { waiting.append(row) }
            }
            // Who watches is told at once, also while the log cannot be.
            if !events.isEmpty { tail.wake() }
            if waiting.count > Self.mostWaiting {
                logger.warning("events were dropped", metadata: ["count": "\(waiting.count - Self.mostWaiting)"])
                waiting.removeFirst(waiting.count - Self.mostWaiting)
            }
            while let next = waiting.first, await record(next) { waiting.removeFirst() }
        }
    }

    private static var reportInterval: Duration { .milliseconds(200) }
    /// Events kept while they cannot be recorded.
    private static var mostWaiting: Int { 1_000 }

    /// Says it to people, and makes it a row of the log, where it is to be one.
    private func announce(_ event: HealthEvent) -> DaemonEvent? {
        switch event {
        case .degraded(let reason):
            logger.warning("degraded", metadata: ["reason": "\(reason.word)"])
            return own.event(.degraded)
        case .recovered(let reason):
            logger.notice("recovered", metadata: ["reason": "\(reason.word)"])
            return own.event(.recovered)
        case .brakeEngaged(let brake):
            metrics.brakeEngagements.increment()
            logger.warning(
                "the brake holds: too many fell silent at once to be called down",
                metadata: [
                    "scope": "\(brake.scope)", "members": "\(brake.members)", "silent": "\(brake.silent)",
                    "engaged_by": "\(brake.engagedBy)",
                ]
            )
        case .brakeReleased(let brake):
            logger.warning(
                "the brake is released: who is silent is down",
                metadata: ["scope": "\(brake.scope)", "by": "\(brake.releasedBy ?? "another daemon")"]
            )
        }
        // Whoever was first has written the row.
        return nil
    }

    /// Returns whether the store took it.
    private func record(_ event: DaemonEvent) async -> Bool {
        do {
            tail.append([try await store.record(event)], to: shared)
            shared.publish()
            return true
        } catch {
            fence.notice(error)
            logger.debug("the event could not be recorded", metadata: ["error": "\(error)"])
            return false
        }
    }
}
