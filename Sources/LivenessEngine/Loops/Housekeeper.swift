import LivenessCore
import Logging

/// What must be done now and then: forced downs expire, old rows go, dead workers are dropped.
struct Housekeeper: Sendable {
    private static let sweepInterval: Duration = .seconds(60)
    private static let pruneSlice = 10_000
    /// What is forgotten under one hold of the lock.
    private static let slice = 64

    let shared: SharedMachine
    let store: any RecordStore
    let tail: TransitionTail
    let settings: EngineSettings
    let recorderWakeup: Wakeup
    let logger: Logger
    let fence: Fence
    let turnstile: Turnstile

    /// Keeps house for as long as the task lives.
    func run() async throws {
        var lastSweep = shared.time.now
        var folded: Int64 = 0
        while true {
            try await shared.time.sleep(for: .seconds(1))
            let present = shared.time.now
            while shared.withLock({ $0.forgetChanges(at: present, limit: Self.slice) }) {}
            let board = shared.board
            if board.extras.values.contains(where: { $0.forcedDown?.until != nil }) {
                await turnstile.pass { await expireForcedDowns() }
            }
            let now = shared.time.now
            if now - lastSweep >= Self.sweepInterval {
                lastSweep = now
                while shared.withLock({ $0.forget(at: now, limit: Self.slice) }) {}
                shared.withLock { $0.dropDeadWorkers(at: now) }
                folded = await fold(since: folded)
                await prune()
            }
        }
    }

    private func expireForcedDowns() async {
        do {
            let expired = try await store.expireForcedDowns(at: shared.time.wall)
            guard !expired.isEmpty else { return }
            let now = shared.time.now
            for change in expired { shared.withLock { $0.recordChanged(change.value, at: now) } }
            tail.append(expired.flatMap(\.transitions), to: shared)
            shared.publish()
            recorderWakeup.signal()
        } catch {
            fence.notice(error)
            logger.warning("forced downs could not be expired", metadata: ["error": "\(error)"])
        }
    }

    /// Folds what services left behind that change their state too often: what is younger than the window in which
    /// changes are counted is left alone.
    ///
    /// - Returns: The row of the log that it came to.
    private func fold(since start: Int64) async -> Int64 {
        let (limit, window) = shared.withLock { ($0.settings.flapLimit, $0.settings.flapWindow) }
        let folding = FlapFolding(limit: limit, window: window, before: shared.time.wall - window)
        var position = start
        do {
            while true {
                let progress = try await store.fold(folding, since: position, limit: Self.pruneSlice)
                position = progress.through
                if progress.removed > 0 {
                    logger.info("rows of flapping services were folded", metadata: ["removed": "\(progress.removed)"])
                }
                guard progress.isUnfinished else { break }
                try Task.checkCancellation()
            }
        } catch let error as StoreError {
            fence.notice(error)
            logger.warning("rows of flapping services could not be folded", metadata: ["error": "\(error)"])
        } catch {}
        return position
    }

    private func prune() async {
        let wall = shared.time.wall
        let limits = RetentionLimits(
            transitionsBefore: wall - settings.historyMaxAge,
            perService: settings.historyMaxPerService,
            forgotten: wall - Burials.memory
        )
        do {
            while try await store.prune(limits, limit: Self.pruneSlice) == Self.pruneSlice {
                try Task.checkCancellation()
            }
        } catch let error as StoreError {
            fence.notice(error)
            logger.warning("old rows could not be removed", metadata: ["error": "\(error)"])
        } catch {}
    }
}
