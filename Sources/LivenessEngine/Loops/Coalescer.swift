import LivenessCore
import Logging
import Metrics

/// Renewals out: one driver write per flush, the last heartbeat of a service wins; at most one flush per
/// `flush_interval`, and twice as many where other daemons wait to see them.
///
/// A slow back end makes flushes rarer and larger, never wrong.
package struct Coalescer: Sendable {
    /// Renewals in one transaction: where a batch costs least per row (findings), and bounded.
    private static let largestFlush = 10_000
    /// Renewals gathered under one hold of the lock.
    private static let slice = 128

    let shared: SharedMachine
    let drivers: Drivers
    let metrics: EngineMetrics
    let logger: Logger
    let fence: Fence
    let reader: RecordReader
    let waiters = FlushWaiters()
    /// Whoever flushes holds it: between two flushes another driver may take over.
    private let turnstile = Turnstile()

    /// Flushes for as long as the task lives.
    func run() async throws {
        var lastFlush = shared.time.now
        while true {
            let before = shared.time.now
            let (pace, mostSilence) = shared.withLock { machine in
                let settings = machine.settings
                // Others can judge no sooner than they have seen this daemon flush twice.
                let isWatched = machine.hasCompany(at: before)
                return isWatched
                    ? (settings.flushInterval / 2, settings.flushInterval / 2)
                    : (settings.flushInterval, settings.observeInterval)
            }
            try await waiters.wakeup.wait(atMost: pace, shared.time)
            let now = shared.time.now
            let isHeartbeatDue = now - lastFlush >= mostSilence
            if isHeartbeatDue || waiters.isAnyoneWaiting || shared.withLock({ $0.dirtyCount > 0 }) {
                await flush()
                lastFlush = now
            }
        }
    }

    /// Writes everything that waits.
    ///
    /// Returns whether it all went through.
    @discardableResult
    func flush() async -> Bool { await turnstile.pass { await flushAll() } }

    /// Runs `body` while nothing is flushed.
    func aside(_ body: @Sendable () async -> Void) async { await turnstile.pass(body) }

    private func flushAll() async -> Bool {
        await removeGone()
        let generation = waiters.begin()
        var left = shared.withLock { $0.dirtyCount }
        var isSound = true
        var isWhole = true
        var isContinued = false
        let began = shared.time.now
        repeat {
            let part = await flushPart(of: left, isContinued: isContinued, began)
            isSound = part != nil
            isWhole = isWhole && part?.isWhole ?? false
            left -= part?.count ?? 0
            isContinued = true
        } while isSound && left > 0
        if isSound {
            let now = shared.time.now
            shared.withLock { [isWhole] in $0.flushEnded(isWhole: isWhole, at: now) }
        }
        waiters.end(generation, isSound: isSound && isWhole)
        shared.publish()
        return isSound
    }

    /// Removes what the back end holds of those who left or were deleted.
    ///
    /// Where that fails it stays until it expires: nobody takes it for life.
    private func removeGone() async {
        let gone = shared.withLock { $0.takeRemovals() }
        guard !gone.isEmpty else { return }
        drivers.hand(removals: gone)
        do {
            try await drivers.deciding.reporter.remove(gone)
        } catch {
            logger.debug("what is gone could not be removed", metadata: ["error": "\(error)"])
        }
    }

    /// How many of those who waited a part of a flush is done with, and whether every part of the back end took it.
    private typealias FlushedPart = (count: Int, isWhole: Bool)

    /// One transaction of a flush that began at `start`, for `count` who wait; nil when it failed.
    private func flushPart(of count: Int, isContinued: Bool, _ start: Instant) async -> FlushedPart? {
        let began = shared.time.now
        var pending = shared.withLock { $0.beginFlush(at: began, isContinued: isContinued) }
        var done = 0
        for _ in 0..<(Self.largestFlush / Self.slice) {
            let taken = shared.withLock { $0.fill(&pending, limit: Self.slice) }
            if taken == 0 { break }
            done += taken
        }
        // Who waits no more has left or was deleted meanwhile.
        if done == 0 { done = count }
        pending.flush.isLast = done >= count
        drivers.hand(pending.flush, began: start)
        do {
            let result = try await drivers.deciding.reporter.renew(pending.flush)
            let now = shared.time.now
            shared.withLock { $0.flushEnded(at: now) }
            if !result.news.isEmpty || !result.missing.isEmpty { await learn(result, from: pending) }
            metrics.flushes.increment()
            metrics.flushedRows.increment(by: Int64(pending.flush.renewals.count))
            metrics.flushDuration.recordNanoseconds((now - began).clampedNanoseconds)
            return (done, !result.isPartial)
        } catch {
            fence.notice(error)
            metrics.flushFailures.increment()
            logger.debug("a flush failed", metadata: ["error": "\(error)"])
            shared.withLock { [pending] in $0.flushGivenUp(pending) }
            for range in (0..<pending.count).slices(of: Self.slice) {
                shared.withLock { [pending] in $0.flushFailed(pending, range) }
            }
            return nil
        }
    }

    /// Takes in what a flush could not touch: read once more with nobody in between, for it may have changed since.
    ///
    /// The flush itself does not hold the turnstile: a slow back end must not keep services from registering.
    private func learn(_ result: FlushResult, from pending: LivenessMachine.PendingFlush) async {
        await reader.read(result.news.map(\.id))
        let now = shared.time.now
        for (id, service) in pending.services(of: result.missing) {
            shared.withLock { $0.learnedGone(id, service, at: now) }
        }
    }
}
