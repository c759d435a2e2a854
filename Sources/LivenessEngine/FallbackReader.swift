import LivenessCore
import Logging
import Metrics

/// Looks services up that are unknown here where they lived before, and takes their records over.
///
/// A service whose question has no answer is not made anew: it would get another identity than it has, and lose what an
/// operator said about it.
final class FallbackReader: Sendable {
    /// After a failure nobody asks for so long, and twice as long after each further one: others need not wait for the
    /// same silence.
    private static let shortestRest = Duration.seconds(1)
    private static let longestRest = Duration.seconds(30)
    /// What is not there is not asked for again for so long.
    private static let memory = Duration.seconds(60)
    private static let mostRemembered = 10_000
    /// Records written in one transaction: others wait for the log meanwhile.
    private static let batch = 200
    /// Names looked for at once.
    private static let question = 1_000

    private enum Subject: Hashable {
        case name(ServiceName)
        case identity(ServiceUUID)
        /// Its reason was told.
        case unclear(ServiceName)
    }

    private struct State {
        var rest = shortestRest
        var notBefore: Instant?
        var absent: [Subject: Instant] = [:]
    }

    private let fallback: any RecordFallback
    private let shared: SharedMachine
    private let store: any RecordStore
    private let tail: TransitionTail
    private let reader: RecordReader
    private let turnstile: Turnstile
    private let fence: Fence
    private let metrics: EngineMetrics
    private let logger: Logger
    private let state = Locked(State())
    /// One question at a time: names that come while one is under way go together in the next.
    ///
    /// Each is answered whether its record can be here now.
    private let names = BatchQueue<ServiceName, Bool>(largest: FallbackReader.question)
    /// Who waited for a question that failed does not ask.
    private let queue = Turnstile()

    init(
        _ fallback: any RecordFallback,
        shared: SharedMachine,
        store: any RecordStore,
        tail: TransitionTail,
        reader: RecordReader,
        turnstile: Turnstile,
        fence: Fence,
        metrics: EngineMetrics,
        logger: Logger
    ) {
        self.fallback = fallback
        self.shared = shared
        self.store = store
        self.tail = tail
        self.reader = reader
        self.turnstile = turnstile
        self.fence = fence
        self.metrics = metrics
        self.logger = logger
    }

    /// Takes over what there is of services that beat here for the first time.
    ///
    /// - Returns: Those of whom nobody can tell now.
    func bring(_ unknown: Set<ServiceName>) async -> Set<ServiceName> {
        let wanted = unknown.filter { !isAbsent(.name($0)) }
        guard !wanted.isEmpty else { return [] }
        let asked = Array(wanted)
        let answers = await names.handle(asked) { await self.bringNow($0) }
        return Set(zip(asked, answers).filter { !$1 }.map(\.0))
    }

    private func bringNow(_ asked: [ServiceName]) async -> [Bool] {
        let wanted = Set(asked)
        do throws(StoreError) {
            let answer = try await ask { [fallback] in try await fallback.find(Array(wanted)) }
            for (name, reason) in answer.unclear where !isAbsent(.unclear(name)) {
                logger.warning(
                    "a service cannot be taken over from where it lived before",
                    metadata: ["host": "\(name.host)", "binary": "\(name.binary)", "reason": "\(reason)"]
                )
            }
            remember(answer.unclear.keys.map(Subject.unclear))
            _ = try await take(answer.found)
            let present = Set(answer.found.map(\.name)).union(answer.unclear.keys)
            let absent = wanted.subtracting(present)
            metrics.fallbackAbsent.increment(by: Int64(absent.count))
            remember(absent.map(Subject.name))
            return asked.map { answer.unclear[$0] == nil }
        } catch {
            return asked.map { _ in false }
        }
    }

    /// Takes over the record of that identity, where there is one.
    ///
    /// - Throws: `StoreError` when that cannot be known now.
    func bring(_ uuid: ServiceUUID) async throws(StoreError) {
        guard !isAbsent(.identity(uuid)) else { return }
        guard let found = try await ask({ [fallback] in try await fallback.find(uuid) }) else {
            metrics.fallbackAbsent.increment()
            return remember([.identity(uuid)])
        }
        // One that stands here already may be unknown to this daemon, or deleted.
        await reader.read(try await take([found]))
        if shared.board.find(uuid) == nil { remember([.identity(uuid)]) }
    }

    private func isAbsent(_ subject: Subject) -> Bool {
        let now = shared.time.now
        return state.withLock { state in state.absent[subject].map { now - $0 < Self.memory } ?? false }
    }

    private func remember(_ absent: [Subject]) {
        let now = shared.time.now
        state.withLock { state in
            if state.absent.count + absent.count > Self.mostRemembered { state.absent = [:] }
            for subject in absent { state.absent[subject] = now }
        }
    }

    private func ask<Answer: Sendable>(
        _ question: @Sendable () async throws -> Answer
    ) async throws(StoreError) -> Answer {
        try await queue.pass { () throws(StoreError) in
            let now = shared.time.now
            let silence = StoreError(.unavailable, "the database that services are moved in from does not answer")
            if let notBefore = state.withLock({ $0.notBefore }), now < notBefore { throw silence }
            do {
                let answer = try await question()
                state.withLock { state in
                    state.rest = Self.shortestRest
                    state.notBefore = nil
                }
                return answer
            } catch {
                // Who went away says nothing about the database.
                guard !Task.isCancelled else { throw silence }
                let later = shared.time.now
                state.withLock { state in
                    state.notBefore = later + state.rest
                    state.rest = min(state.rest * 2, Self.longestRest)
                }
                metrics.fallbackFailures.increment()
                logger.warning(
                    "services could not be looked up where they lived before (database.fallback_url)",
                    metadata: ["error": "\(error)"]
                )
                throw silence
            }
        }
    }

    /// Returns the numbers of those that stood here already.
    private func take(_ found: [ImportedService]) async throws(StoreError) -> [Int64] {
        var present: [Int64] = []
        for range in found.indices.slices(of: Self.batch) {
            do throws(StoreError) {
                present += try await turnstile.pass { () throws(StoreError) in
                    try await self.takeNow(Array(found[range]))
                }
            } catch {
                fence.notice(error)
                throw error
            }
        }
        if !found.isEmpty { shared.publish() }
        return present
    }

    private func takeNow(_ found: [ImportedService]) async throws(StoreError) -> [Int64] {
        var present: [Int64] = []
        for result in try await store.take(found, at: shared.time.wall) {
            switch result {
            case .imported(let record, let transitions):
                let now = shared.time.now
                shared.withLock { $0.recordChanged(record, at: now) }
                tail.append(transitions, to: shared)
                metrics.fallbackFound.increment()
            case .present(let record), .conflict(let record): present.append(record.id)
            }
        }
        return present
    }
}
