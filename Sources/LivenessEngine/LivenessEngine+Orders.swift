package import LivenessCore
import Logging

/// Orders of operators that are about no service.
extension LivenessEngine {
    /// Releases the brake of that scope, or every brake that holds; answers those that were released.
    package func releaseBrakes(_ scope: BrakeScope?, by: String) async throws(StoreError) -> [BrakeRecord] {
        try await brakeKeeper.release(scope, by: by)
    }

    /// What became of an order to retire a daemon.
    package enum Retirement: Sendable {
        case retired(DaemonRecord)
        /// It was seen to write lately, or nothing was seen of it yet.
        case refused
        case noSuchDaemon
    }

    /// Takes a daemon that is gone for good out of the count: what it may have heard is waited for no more.
    package func retire(daemon id: String) async throws(StoreError) -> Retirement {
        guard let row = try await store.daemons().first(where: { $0.id == id }) else { return .noSuchDaemon }
        if row.retiredAt != nil { return .retired(row) }
        let now = time.now
        guard row.leftAt != nil || shared.withLock({ $0.mayRetire(daemon: id, at: now) }) else { return .refused }
        guard let retired = try await store.retire(daemon: id, at: time.wall) else { return .noSuchDaemon }
        logger.notice("a daemon was retired", metadata: ["daemon": "\(id)"])
        return .retired(retired)
    }
}
