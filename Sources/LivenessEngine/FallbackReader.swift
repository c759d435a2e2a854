import LivenessCore
import Logging
import Metrics

/// Looks services up that are unknown here where they lived before, and takes their records over.
///
/// A service whose question has no answer is not taken in: it would get another identity than it has, and lose what an
/// operator said about it.
final class FallbackReader: Sendable {
    /// Questions that failed are not asked again for so long: others need not wait for the same silence.
    private static let rest = Duration.seconds(1)
    /// Identities that are not there are not asked for again for so long.
    private static let memory = Duration.seconds(60)
    private static let mostAbsent = 10_000

    private struct State {
        var failedAt: Instant?
        var absent: [ServiceUUID: Instant] = [:]
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
    func bring(_ names: [ServiceName]) async throws(StoreError) {
        let found = try await ask { try await fallback.find(names) }
        metrics.fallbackFound.increment(by: Int64(found.count))
        metrics.fallbackAbsent.increment(by: Int64(names.count - found.count))
        _ = try await take(found)
    }

    /// Takes over the record of that identity, where there is one.
    func bring(_ uuid: ServiceUUID) async throws(StoreError) {
        let now = shared.time.now
        let isKnownAbsent = state.withLock { state in state.absent[uuid].map { now - $0 < Self.memory } ?? false }
        guard !isKnownAbsent else { return }
        let found = try await ask { try await fallback.find(uuid) }
        guard let found else {
            metrics.fallbackAbsent.increment()
            return state.withLock { state in
                if state.absent.count >= Self.mostAbsent { state.absent = [:] }
                state.absent[uuid] = now
            }
        }
        metrics.fallbackFound.increment()
        await reader.read(try await take([found]))
    }

    private func ask<Answer: Sendable>(_ question: () async throws -> Answer) async throws(StoreError) -> Answer {
        let now = shared.time.now
        let isResting = state.withLock { state in state.failedAt.map { now - $0 < Self.rest } ?? false }
        let silence = StoreError(.unavailable, "the database that services are moved in from does not answer")
        guard !isResting else { throw silence }
        do {
            return try await question()
        } catch {
            state.withLock { $0.failedAt = shared.time.now }
            metrics.fallbackFailures.increment()
            logger.warning(
                "services could not be looked up where they lived before (database.fallback_url)",
                metadata: ["error": "\(error)"]
            )
            throw silence
        }
    }

    /// Returns the numbers of the records that stand here now.
    private func take(_ found: [ImportedService]) async throws(StoreError) -> [Int64] {
        guard !found.isEmpty else { return [] }
        do throws(StoreError) {
            return try await turnstile.pass { () throws(StoreError) in
                let results = try await store.take(found, at: shared.time.wall)
                var written: [Transition] = []
                var ids: [Int64] = []
                for result in results {
                    switch result {
                    case .imported(let record, let transitions):
                        written += transitions
                        ids.append(record.id)
                    case .present(let record), .conflict(let record): ids.append(record.id)
                    }
                }
                tail.append(written, to: shared)
                return ids
            }
        } catch {
            fence.notice(error)
            throw error
        }
    }
}
