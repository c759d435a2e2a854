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

    /// What became of an order that another driver is to decide.
    package enum DriverSwitch: Sendable {
        case switched(FleetSetting)
        /// These daemons do not run it.
        case notRunning([String])
        /// Its back end does not answer.
        case lost
        /// Of so many services it says otherwise than what stands, or would not see that they live.
        case disagrees(Int)
    }

    /// Lets another driver decide, at every daemon; one that decides already goes on.
    ///
    /// - Parameters:
    ///   - name: Of the driver.
    ///   - isForced: Also while it does not answer, or disagrees.
    ///   - by: The operator.
    /// - Returns: What became of it.
    /// - Throws: When the database did not take it.
    package func switchDriver(
        to name: String,
        isForced: Bool,
        by: String
    ) async throws(StoreError) -> DriverSwitch {
        let without = try await daemons(without: name, isForced: isForced)
        guard without.isEmpty else { return .notRunning(without) }
        let now = time.now
        if !isForced, let isLost = shared.withLock({ $0.isShadowLost(name, at: now) }) {
            if isLost { return .lost }
            let count = shared.withLock { $0.reservations(against: name) }
            if count > 0 { return .disagrees(count) }
        }
        let wanted = FleetSetting(name: FleetSetting.driver, value: name, setAt: time.wall, setBy: by)
        var standing = try await store.settle(wanted)
        if standing.value != name {
            let event = own.event(.driverSwitched, topic: name)
            if let changed = try await store.change(wanted, from: standing.value, event) {
                tail.append(changed.transitions, to: shared)
                standing = changed.value
            } else {
                // Another operator was first: what stands now counts.
                standing = try await store.settle(wanted)
            }
        }
        await follower.follow()
        return .switched(standing)
    }

    /// Who does not run that driver, of this daemon and the others that live; where the order is forced, that are known to.
    private func daemons(without driver: String, isForced: Bool) async throws(StoreError) -> [String] {
        let now = time.now
        let rows = try await store.daemons()
        var without = rows.filter { row in
            row.id != settings.liveness.daemon && row.leftAt == nil && row.retiredAt == nil
                && !row.drivers.contains(driver)
                && shared.withLock { $0.isLiving(daemon: row.id, at: now) } ?? !isForced
        }.map(\.id)
        if drivers.named(driver) == nil { without.append(settings.liveness.daemon) }
        return without.sorted()
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
