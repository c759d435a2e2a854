import LivenessCore
import Logging

/// A driver that runs; while it does not decide it is told what was heard, shows what others heard, and nobody ever waits
/// for it.
///
/// In the shadow its flushes lag behind and gather. Its count moves only with a flush that began, at the deciding driver,
/// after the one before had ended here: so it proves what the count of the deciding driver proves, and the two may change
/// places.
final class RunningDriver: Sendable {
    /// What the driver is still to write.
    private struct Pending {
        var renewals: [UInt32: HeartbeatRenewal] = [:]
        var workers: [WorkerKey: WorkerRenewal] = [:]
        var removals: [UInt32: ServiceKey] = [:]
        /// Of the last flush that was handed over whole: when it began, and its stamp.
        var whole: (began: Instant, stamp: Timestamp)?
    }

    private struct WorkerKey: Hashable {
        var serviceID: Int64
        var worker: String
    }

    private struct State {
        var pending = Pending()
        var count: Int64 = 0
        /// When a flush last ended whose count moved.
        var lastEnded = Instant.distantPast
        var isFailing = false
    }

    /// Renewals in one write, and services under one hold of the lock.
    private static let largestFlush = 10_000
    private static let slice = 128
    /// After a failure the back end is left alone this long.
    private static let pauseAfterFailure: Duration = .milliseconds(500)

    let driver: any LivenessDriver
    private let shared: SharedMachine
    private let fence: Fence
    private let logger: Logger
    private let state = Locked(State())
    private let wakeup = Wakeup()
    /// Whoever writes or looks holds it: between two of them the driver may change places.
    private let turnstile = Turnstile()

    var name: String { driver.guarantees.name }

    init(_ driver: any LivenessDriver, shared: SharedMachine, fence: Fence, logger: Logger) {
        self.driver = driver
        self.shared = shared
        self.fence = fence
        self.logger = logger
    }

    /// In the shadow from now on, with the count of its last flush.
    func begin(count: Int64, at now: Instant) {
        state.withLock { state in
            state.count = count
            state.lastEnded = now
        }
    }

    // MARK: Handing over

    /// A flush of the deciding driver, or a part of it, that began at `began`.
    func hand(_ flush: HeartbeatFlush, began: Instant) {
        state.withLock { state in
            for renewal in flush.renewals {
                var next = renewal
                if let before = state.pending.renewals[renewal.service], before.serviceID == renewal.serviceID {
                    let (sum, overflow) = before.beats.addingReportingOverflow(renewal.beats)
                    next.beats = overflow ? .max : sum
                }
                state.pending.renewals[renewal.service] = next
                state.pending.removals[renewal.service] = nil
            }
            for worker in flush.workers {
                state.pending.workers[WorkerKey(serviceID: worker.serviceID, worker: worker.worker)] = worker
            }
            if flush.isLast { state.pending.whole = (began, flush.at) }
        }
        wakeup.signal()
    }

    /// They left or were deleted.
    func hand(removals: [ServiceKey]) {
        state.withLock { state in
            for gone in removals {
                state.pending.renewals[gone.service] = nil
                state.pending.removals[gone.service] = gone
            }
        }
        wakeup.signal()
    }

    /// What was handed over and is not written, where it decides from now on, and the count of its last flush.
    func takePending() -> (services: [UInt32], removals: [ServiceKey], count: Int64) {
        state.withLock { state in
            defer { state.pending = Pending() }
            return (Array(state.pending.renewals.keys), Array(state.pending.removals.values), state.count)
        }
    }

    /// Runs `body` while the driver is neither written to nor looked at.
    func aside(_ body: @Sendable () async -> Void) async { await turnstile.pass(body) }

    // MARK: Loops

    /// Writes for as long as the task lives, while `isShadow`.
    func flush(while isShadow: @Sendable () -> Bool) async throws {
        while await wakeup.wait() != nil {
            try Task.checkCancellation()
            guard await turnstile.pass({ isShadow() ? await write() : true }) else {
                try await shared.time.sleep(for: Self.pauseAfterFailure)
                wakeup.signal()
                continue
            }
        }
    }

    /// Looks once every `observe_interval` and compares, for as long as the task lives, while `isShadow`.
    ///
    /// Where its word may make services down, the brake is looked at first.
    func observe(_ brakeKeeper: BrakeKeeper, while isShadow: @Sendable () -> Bool) async throws {
        while true {
            try await shared.time.sleep(for: shared.withLock { $0.settings.observeInterval })
            guard isShadow() else { continue }
            await turnstile.pass { if isShadow() { await look() } }
            if shared.withLock({ $0.settings.policy != .driver }) { brakeKeeper.look() }
            compare()
            shared.publish()
        }
    }

    /// Writes all that was handed over; returns whether it could.
    private func write() async -> Bool {
        let (pending, count, lastEnded) = state.withLock { state in
            defer { state.pending = Pending() }
            return (state.pending, state.count + 1, state.lastEnded)
        }
        guard pending.whole != nil || !pending.renewals.isEmpty || !pending.removals.isEmpty else { return true }
        let began = pending.whole?.began
        let movesCount = began.map { $0 > lastEnded } ?? false
        let renewals = stillHeard(Array(pending.renewals.values))
        let stamp = pending.whole?.stamp ?? shared.time.wall
        do throws(DriverError) {
            if !pending.removals.isEmpty { try await driver.reporter.remove(Array(pending.removals.values)) }
            var start = 0
            repeat {
                let part = Array(renewals[start..<min(start + Self.largestFlush, renewals.count)])
                let isLast = start + part.count >= renewals.count
                let flush = HeartbeatFlush(
                    daemon: shared.withLock { $0.settings.daemon },
                    count: count,
                    at: stamp,
                    renewals: part,
                    workers: workers(of: part, in: pending),
                    isLast: isLast && movesCount
                )
                let result = try await driver.reporter.renew(flush)
                // In the shadow a back end of which a part does not answer is no back end.
                if result.isPartial { throw DriverError(.lost, "a part of the back end does not answer") }
                wrote(part.map(\.service), heard: began)
                start += part.count
            } while start < renewals.count
            let now = shared.time.now
            state.withLock { state in
                if movesCount {
                    state.count = count
                    state.lastEnded = now
                }
                state.isFailing = false
            }
            shared.withLock { $0.shadowFlushed(name, whole: began, at: now) }
            return true
        } catch {
            // The count is used again, as the deciding driver's is.
            let now = shared.time.now
            if movesCount { state.withLock { $0.lastEnded = now } }
            putBack(pending)
            failed(error)
            return false
        }
    }

    /// Without those who waited here until their time was over.
    private func stillHeard(_ renewals: [HeartbeatRenewal]) -> [HeartbeatRenewal] {
        var kept: [HeartbeatRenewal] = []
        for range in renewals.indices.slices(of: Self.slice) {
            let now = shared.time.now
            let services = renewals[range].map(\.service)
            let areHeard = shared.withLock { $0.areHeard(services[...], at: now) }
            kept += zip(renewals[range], areHeard).filter(\.1).map(\.0)
        }
        return kept
    }

    private func workers(of renewals: [HeartbeatRenewal], in pending: Pending) -> [WorkerRenewal] {
        if pending.workers.isEmpty { return [] }
        let services = Set(renewals.map(\.serviceID))
        return pending.workers.values.filter { services.contains($0.serviceID) }
    }

    private func wrote(_ services: [UInt32], heard: Instant?) {
        let heard = heard ?? shared.time.now
        for range in services.indices.slices(of: Self.slice) {
            shared.withLock { $0.shadowWrote(name, services[range], heard: heard) }
        }
    }

    /// What could not be written waits again, unless something newer does.
    private func putBack(_ pending: Pending) {
        state.withLock { state in
            for (service, renewal) in pending.renewals
            where state.pending.renewals[service] == nil && state.pending.removals[service] == nil {
                state.pending.renewals[service] = renewal
            }
            state.pending.workers.merge(pending.workers) { newer, _ in newer }
            for (service, gone) in pending.removals where state.pending.renewals[service] == nil {
                state.pending.removals[service] = gone
            }
            state.pending.whole = state.pending.whole ?? pending.whole
        }
    }

    private func look() async {
        do throws(DriverError) {
            let began = shared.time.now
            let observation = try await driver.observer.observe()
            for range in observation.changed.indices.slices(of: Self.slice) {
                let now = shared.time.now
                shared.withLock { $0.shadowShowed(name, observation.changed[range], at: now) }
            }
            for range in observation.unrecognised.indices.slices(of: Self.slice) {
                let now = shared.time.now
                shared.withLock { $0.shadowShowed(name, observation.unrecognised[range], at: now) }
            }
            for range in observation.sessions.indices.slices(of: Self.slice) {
                let now = shared.time.now
                shared.withLock { $0.shadowShowed(name, observation.sessions[range], at: now) }
            }
            let now = shared.time.now
            if let part = observation.parts.first(where: { $0.counts == nil }) {
                shared.withLock { $0.shadowGlimpsed(name, observation, at: now) }
                throw DriverError(.lost, "\(part.name) does not answer")
            }
            shared.withLock { $0.shadowObserved(name, observation, began: began, at: now) }
            state.withLock { $0.isFailing = false }
        } catch {
            failed(error)
        }
    }

    private func compare() {
        var isMore = true
        while isMore {
            let now = shared.time.now
            isMore = shared.withLock { $0.compareShadow(name, limit: Self.slice, at: now) }
        }
    }

    /// An outage is said once.
    private func failed(_ error: DriverError) {
        fence.notice(error)
        let isNews = state.withLock { state in
            defer { state.isFailing = true }
            return !state.isFailing
        }
        let metadata: Logger.Metadata = ["driver": "\(name)", "error": "\(error)"]
        logger.log(level: isNews ? .warning : .debug, "a driver in the shadow does not answer", metadata: metadata)
    }
}
