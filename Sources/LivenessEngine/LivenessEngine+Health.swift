package import LivenessCore
import Logging

/// What this daemon says of its own health.
extension LivenessEngine {
    /// Whether the daemon can answer, and what it knows of what stands behind it.
    package struct Readiness: Hashable, Sendable {
        package var isDatabaseLost: Bool
        package var isDriverLost: Bool
        /// Since when something is lost.
        package var since: Timestamp?
    }

    package var readiness: Readiness {
        shared.withLock { machine in
            Readiness(
                isDatabaseLost: machine.isBackendLost,
                isDriverLost: machine.isBackendLost,
                since: machine.backendLostSince
            )
        }
    }

    /// Writes what the machine says of itself into the log, for as long as the task lives.
    func reportHealth() async throws {
        while true {
            try await time.sleep(for: .milliseconds(200))
            for event in shared.withLock({ $0.takeEvents() }) { await report(event) }
        }
    }

    private func report(_ event: HealthEvent) async {
        let kind: DaemonEvent.Kind
        switch event {
        case .degraded(let reason):
            kind = .degraded
            logger.warning("degraded", metadata: ["reason": "\(reason.word)"])
        case .recovered(let reason):
            kind = .recovered
            logger.notice("recovered", metadata: ["reason": "\(reason.word)"])
        }
        let board = shared.board
        guard let uuid = own.uuid(on: board) else { return }
        let row = DaemonEvent(
            kind: kind,
            daemon: settings.liveness.daemon,
            host: settings.host,
            uuid: uuid,
            topic: OwnRecord.binary,
            zone: NameRule.defaultZone(topic: OwnRecord.binary),
            at: time.wall
        )
        do {
            tail.append([try await store.record(row)], to: shared)
            shared.publish()
        } catch {
            fence.notice(error)
            logger.debug("the event could not be recorded", metadata: ["error": "\(error)"])
        }
    }
}
