import LivenessCore
import Logging
import Metrics

/// Looks at the back end once every `observe_interval`.
final class Lookout: Sendable {
    /// Records taken in under one hold of the lock.
    private static let slice = 32

    let shared: SharedMachine
    let drivers: Drivers
    let metrics: EngineMetrics
    let logger: Logger
    let fence: Fence
    let reader: RecordReader
    /// Of two looks at once the one that sees nothing new must not be done before the other has told what it saw.
    private let turnstile = Turnstile()
    /// The last look failed: an outage is said once.
    private let isFailing = Locked(false)
    /// The parts that did not answer when all was last looked at.
    private let lostParts = Locked<[String]>([])

    init(
        shared: SharedMachine,
        drivers: Drivers,
        metrics: EngineMetrics,
        logger: Logger,
        fence: Fence,
        reader: RecordReader
    ) {
        self.shared = shared
        self.drivers = drivers
        self.metrics = metrics
        self.logger = logger
        self.fence = fence
        self.reader = reader
    }

    /// Looks for as long as the task lives.
    func run() async throws {
        while true {
            try await shared.time.sleep(for: shared.withLock { $0.settings.observeInterval })
            await look()
        }
    }

    /// Looks once at all of it.
    ///
    /// A look that fails is none; the machine notices when too many do.
    ///
    /// - Parameter isThorough: Returns only when what others recorded has been read.
    func look(isThorough: Bool = false) async {
        let seen = await reading { () throws(DriverError) in
            let began = shared.time.now
            let observation = try await drivers.deciding.observer.observe()
            let unread = take(observation)
            let now = shared.time.now
            shared.withLock { $0.observed(observation, began: began, at: now) }
            metrics.observations.increment()
            metrics.observed.increment(by: Int64(observation.changed.count))
            metrics.observationDuration.recordNanoseconds((now - began).clampedNanoseconds)
            say(lost: observation.parts.filter { $0.counts == nil }.map(\.name))
            return (unread: unread, head: observation.head, isDatabaseLost: observation.isDatabaseLost)
        }
        if let seen { await read(seen.unread, seen.head, isThorough: isThorough && !seen.isDatabaseLost) }
    }

    /// Looks at these services, and at who else is there.
    ///
    /// - Returns: Whether it could.
    @discardableResult
    func look(at services: [ServiceKey]) async -> Bool {
        let unread = await reading { () throws(DriverError) in
            let began = shared.time.now
            let observation = try await drivers.deciding.observer.look(at: services)
            let unread = take(observation)
            let now = shared.time.now
            shared.withLock { $0.looked(at: services, observation, began: began, at: now) }
            return unread
        }
        guard let unread else { return false }
        await read(unread, nil, isThorough: false)
        return true
    }

    /// Runs `body` while nobody looks.
    func aside(_ body: @Sendable () async -> Void) async { await turnstile.pass(body) }

    /// Where the back end is the database itself, what it shows of records counts before anybody is judged.
    private func read(_ ids: [Int64], _ head: LogHead?, isThorough: Bool) async {
        guard isThorough || drivers.deciding.guarantees.isPersistent else { return reader.want(ids, head) }
        await reader.read(ids)
        if let head { await reader.follow(head) }
    }

    /// Takes in what others heard; answers whose records are to be read.
    private func take(_ observation: BackendObservation) -> [Int64] {
        var unread: [Int64] = []
        for range in observation.changed.indices.slices(of: Self.slice) {
            let now = shared.time.now
            unread += shared.withLock { $0.heartbeatsObserved(observation.changed[range], at: now) }
        }
        for range in observation.unrecognised.indices.slices(of: Self.slice) {
            let now = shared.time.now
            unread += shared.withLock { $0.unrecognisedObserved(observation.unrecognised[range], at: now) }
        }
        if observation.isEmptied {
            let now = shared.time.now
            shared.withLock { $0.sessionsLost(at: now) }
        }
        for range in observation.sessions.indices.slices(of: Self.slice) {
            let now = shared.time.now
            shared.withLock { $0.sessionsObserved(observation.sessions[range], at: now) }
        }
        for range in observation.silent.indices.slices(of: Self.slice) {
            let now = shared.time.now
            shared.withLock { $0.silenceObserved(observation.silent[range], at: now) }
        }
        return unread
    }

    /// What of the back end is away is said once.
    private func say(lost parts: [String]) {
        let before = lostParts.withLock { lost in
            defer { lost = parts }
            return lost
        }
        guard before != parts else { return }
        if parts.isEmpty {
            logger.notice("every part of the back end answers again")
        } else {
            let metadata: Logger.Metadata = ["parts": "\(parts.joined(separator: ", "))"]
            logger.warning("a part of the back end does not answer", metadata: metadata)
        }
    }

    /// nil when the back end could not be looked at.
    private func reading<Seen: Sendable>(
        _ body: @Sendable () async throws(DriverError) -> Seen
    ) async -> Seen? {
        do throws(DriverError) {
            let seen = try await turnstile.pass(body)
            isFailing.withLock { $0 = false }
            return seen
        } catch {
            fence.notice(error)
            metrics.observationFailures.increment()
            let isNews = isFailing.withLock { isFailing in
                defer { isFailing = true }
                return !isFailing
            }
            let level: Logger.Level = isNews ? .warning : .debug
            logger.log(level: level, "the back end could not be observed", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
