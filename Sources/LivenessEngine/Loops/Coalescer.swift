import LivenessCore
import Logging
import Metrics

/// Renewals out: one driver write per flush, at most one flush per `flush_interval`, the last heartbeat of a service
/// wins.
///
/// A slow back end makes flushes rarer and larger, never wrong.
package struct Coalescer: Sendable {
    /// Renewals in one transaction: where a batch costs least per row (findings), and bounded.
    private static let largestFlush = 10_000
    /// Renewals gathered under one hold of the lock.
    private static let slice = 128

    let shared: SharedMachine
    let driver: any LivenessDriver
    let metrics: EngineMetrics
    let logger: Logger
    let fence: Fence
    let turnstile: Turnstile
    let waiters = FlushWaiters()

    /// Flushes for as long as the task lives.
    func run() async throws {
        var lastFlush = shared.time.now
        while true {
            let settings = shared.withLock { $0.settings }
            try await waiters.wakeup.wait(atMost: settings.flushInterval, shared.time)
            let now = shared.time.now
            let isHeartbeatDue = now - lastFlush >= settings.observeInterval
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
    func flush() async -> Bool {
        let generation = waiters.begin()
        var left = shared.withLock { $0.dirtyCount }
        var isSound = true
        repeat {
            let done = await flushOnce()
            isSound = done != nil
            left = done == 0 ? 0 : left - (done ?? 0)
        } while isSound && left > 0
        waiters.end(generation, isSound: isSound)
        shared.publish()
        return isSound
    }

    /// One flush: how many of those who waited are done with, or nil when it failed.
    private func flushOnce() async -> Int? {
        let began = shared.time.now
        var pending = shared.withLock { $0.beginFlush(at: began) }
        var done = 0
        for _ in 0..<(Self.largestFlush / Self.slice) {
            let taken = shared.withLock { $0.fill(&pending, limit: Self.slice) }
            if taken == 0 { break }
            done += taken
        }
        do {
            let result = try await driver.reporter.renew(pending.flush)
            let now = shared.time.now
            shared.withLock { $0.flushEnded(at: now) }
            if !result.news.isEmpty || !result.missing.isEmpty { await learn(result, from: pending) }
            metrics.flushes.increment()
            metrics.flushedRows.increment(by: Int64(pending.flush.renewals.count))
            metrics.flushDuration.recordNanoseconds((now - began).clampedNanoseconds)
            return done
        } catch {
            fence.notice(error)
            metrics.flushFailures.increment()
            logger.debug("a flush failed", metadata: ["error": "\(error)"])
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
        await turnstile.pass {
            do throws(DriverError) {
                let news = try await driver.observer.look(at: result.news.map(\.id)).changed
                let incarnations = Dictionary(grouping: result.incarnations, by: \.serviceID)
                let now = shared.time.now
                for record in news {
                    shared.withLock { $0.learned(record, incarnations[record.id] ?? [], at: now) }
                }
                for (id, service) in pending.services(of: result.missing) {
                    shared.withLock { $0.learnedGone(id, service, at: now) }
                }
            } catch {
                // The next flush will not touch them either, and says so again.
                fence.notice(error)
                logger.debug("news of a flush could not be read", metadata: ["error": "\(error)"])
            }
        }
    }
}
