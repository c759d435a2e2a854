import LivenessCore
import Logging

/// Looks at the brake before anybody is called down, and writes down what becomes of it.
struct BrakeKeeper: Sendable {
    /// Services counted under one hold of the lock: a thousand take some 20 us where heartbeats alone tell, and up to 0.2 ms.
    private static let slice = 1_024
    private static let failureSlice = 32
    /// Brakes released by one word of an operator, at most.
    private static let mostHeld = 10_000
    /// After a failure the store is left alone this long.
    private static let pauseAfterFailure: Duration = .milliseconds(500)

    let shared: SharedMachine
    let store: any RecordStore
    let logger: Logger
    let fence: Fence
    let tail: TransitionTail
    let own: OwnRecord
    private let wakeup = Wakeup()

    /// Counts the services, engages and releases what must be, and decides on those who were reported failed.
    func look() {
        var isMore = true
        while isMore {
            let now = shared.time.now
            isMore = shared.withLock { $0.lookAtBrake(limit: Self.slice, at: now) }
        }
        isMore = true
        while isMore {
            let now = shared.time.now
            isMore = shared.withLock { $0.judgeFailures(limit: Self.failureSlice, at: now) }
        }
        if shared.withLock({ $0.brakes.nextChange != nil }) { wakeup.signal() }
    }

    /// The same, where somebody waits for it.
    func lookIfNeeded() {
        let now = shared.time.now
        if shared.withLock({ $0.areFailuresWaiting || $0.mustLookAtBrake(at: now) }) { look() }
    }

    /// Writes what becomes of the brakes for as long as the task lives.
    func run() async throws {
        while await wakeup.wait() != nil {
            try Task.checkCancellation()
            while let change = shared.withLock({ $0.brakes.nextChange }) {
                if await write(change) {
                    shared.withLock { $0.brakeWritten() }
                } else {
                    try await shared.time.sleep(for: Self.pauseAfterFailure)
                }
            }
        }
    }

    /// Returns whether the store knows now.
    private func write(_ change: Brakes.Change) async -> Bool {
        do {
            switch change {
            case .engaged(let brake):
                let standing = try await store.engage(brake, event(.brakeEngaged, brake.scope))
                tail.append(standing.transitions, to: shared)
                let now = shared.time.now
                shared.withLock { $0.brakeKnown(standing.value, at: now) }
            case .released(let release):
                let done = try await store.release(release, event(.brakeReleased, release.scope))
                tail.append(done?.transitions ?? [], to: shared)
            }
            shared.publish()
            return true
        } catch {
            fence.notice(error)
            logger.warning("what became of a brake could not be written", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// An operator releases the brake of that scope, or every brake that holds.
    ///
    /// Answers those that were released.
    func release(_ scope: BrakeScope?, by: String) async throws(StoreError) -> [BrakeRecord] {
        var released: [BrakeRecord] = []
        do throws(StoreError) {
            let stored = try await store.brakes(limit: Self.mostHeld).filter { $0.releasedAt == nil }
            for brake in stored where scope == nil || brake.scope == scope {
                let order = BrakeRelease(brake, by: by, at: shared.time.wall)
                guard let done = try await store.release(order, event(.brakeReleased, brake.scope)) else { continue }
                tail.append(done.transitions, to: shared)
                let now = shared.time.now
                shared.withLock { $0.brakeReleased(order, at: now) }
                released.append(done.value)
            }
        } catch {
            fence.notice(error)
            throw error
        }
        // Those that the database does not have yet.
        let at = shared.time.wall
        let now = shared.time.now
        released += shared.withLock { machine in
            machine.brakes.held.filter { scope == nil || $0.scope == scope }.map { brake in
                let order = BrakeRelease(brake, by: by, at: at)
                machine.brakeReleased(order, at: now)
                return order.applied(to: brake)
            }
        }
        shared.publish()
        wakeup.signal()
        return released
    }

    private func event(_ kind: DaemonEvent.Kind, _ scope: BrakeScope) -> DaemonEvent {
        own.event(kind, topic: scope.topic.map(String.init) ?? "", zone: scope.zone.map(String.init) ?? "")
    }
}
