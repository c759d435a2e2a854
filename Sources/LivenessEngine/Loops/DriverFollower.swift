import LivenessCore
import Logging

/// Follows the shared setting that names the deciding driver: whoever changed it, this daemon's drivers change places.
final class DriverFollower: Sendable {
    /// The log tells of a change at once; the setting is read this often all the same.
    private static let pace: Duration = .seconds(10)
    /// Services under one hold of the lock.
    private static let slice = 256

    let shared: SharedMachine
    let store: any RecordStore
    let drivers: Drivers
    let coalescer: Coalescer
    let lookout: Lookout
    /// Signalled when the log tells of a change.
    let wakeup: Wakeup
    let fence: Fence
    let logger: Logger
    private let isComplaining = Locked(false)

    init(
        shared: SharedMachine,
        store: any RecordStore,
        drivers: Drivers,
        coalescer: Coalescer,
        lookout: Lookout,
        wakeup: Wakeup,
        fence: Fence,
        logger: Logger
    ) {
        self.shared = shared
        self.store = store
        self.drivers = drivers
        self.coalescer = coalescer
        self.lookout = lookout
        self.wakeup = wakeup
        self.fence = fence
        self.logger = logger
    }

    /// Follows for as long as the task lives.
    func run() async throws {
        while true {
            try await wakeup.wait(atMost: Self.pace, shared.time)
            await follow()
        }
    }

    /// Reads the setting, and does what it says.
    func follow() async {
        do {
            guard let setting = try await store.fleetSetting(FleetSetting.driver) else { return }
            guard let next = drivers.named(setting.value) else { return complain(setting) }
            isComplaining.withLock { $0 = false }
            await take(next)
        } catch {
            fence.notice(error)
            logger.debug("the deciding driver could not be read", metadata: ["error": "\(error)"])
        }
    }

    private func complain(_ setting: FleetSetting) {
        let isNews = isComplaining.withLock { isComplaining in
            defer { isComplaining = true }
            return !isComplaining
        }
        guard isNews else { return }
        logger.error(
            "another driver decides, and this daemon does not run it",
            metadata: ["driver": "\(setting.value)", "set_by": "\(setting.setBy)"]
        )
    }

    /// Lets the driver decide, while neither it nor the one before is written to or looked at.
    private func take(_ next: RunningDriver) async {
        if drivers.running === next { return }
        // The one that decides is stopped last: it may take its time until the other has ended what it does.
        await next.aside {
            await lookout.aside {
                await coalescer.aside { change(to: next) }
            }
        }
    }

    private func change(to next: RunningDriver) {
        let before = drivers.running
        if before === next { return }
        var from: Int? = 0
        while let first = from {
            from = shared.withLock { $0.takeOverShown(next.name, from: first, limit: Self.slice) }
        }
        let rest = next.takePending()
        let now = shared.time.now
        let count = shared.withLock { machine in
            let count = machine.currentFlushCount
            machine.driverSwitched(to: next.name, from: before.name, count: rest.count, at: now)
            return count
        }
        before.begin(count: count, at: now)
        drivers.decide(next)
        for range in rest.services.indices.slices(of: Self.slice) {
            shared.withLock { $0.flushAgain(rest.services[range], removals: []) }
        }
        shared.withLock { $0.flushAgain([], removals: rest.removals) }
        shared.publish()
        logger.notice("another driver decides", metadata: ["driver": "\(next.name)", "before": "\(before.name)"])
    }
}
