import LivenessCore
import Logging
import Metrics

/// Takes heartbeats that are more than a renewal to the store, and what the store says to the machine.
struct Registrar: Sendable {
    let shared: SharedMachine
    let store: any RecordStore
    let tail: TransitionTail
    let metrics: EngineMetrics
    let logger: Logger
    let fence: Fence
    let turnstile: Turnstile
    /// nil where nobody moves in.
    let fallback: FallbackReader?
    let queue = AdmissionQueue()

    /// Decides the entries at `positions` and fills their outcomes in.
    ///
    /// Their time counts from the store's answer: until then their senders wait for ours.
    func admit(
        _ batch: HeartbeatBatch,
        _ positions: ArraySlice<Int>,
        into outcomes: inout [HeartbeatOutcome]
    ) async {
        let settings = shared.withLock { $0.settings }
        var positions = positions
        var asked = positions.map { position in
            AdmissionQueue.Asked(
                admission: Admission(
                    batch,
                    batch.entries[position],
                    settings,
                    uuid: ServiceUUID(random: .random(in: 0 ... .max), .random(in: 0 ... .max))
                ),
                attributesHash: batch.entries[position].attributesHash,
                service: outcomes[position].service
            )
        }
        if await !moveIn(asked) {
            for (position, one) in zip(positions, asked) where one.service == HeartbeatOutcome.noService {
                outcomes[position].kind = .rejected(.databaseUnavailable)
            }
            let known = zip(positions, asked).filter { $1.service != HeartbeatOutcome.noService }
            positions = known.map(\.0)[...]
            asked = known.map(\.1)
        }
        let decided = await queue.admit(asked) { asked in
            await turnstile.pass { await decide(asked) }
        }
        for (position, outcome) in zip(positions, decided) { outcomes[position] = outcome }
        metrics.admissions.increment(by: Int64(positions.count))
    }

    /// Takes over the records that those who are unknown here have elsewhere; answers false when that cannot be known.
    private func moveIn(_ asked: [AdmissionQueue.Asked]) async -> Bool {
        guard let fallback else { return true }
        let unknown = Set(asked.filter { $0.service == HeartbeatOutcome.noService }.map(\.admission.name))
            .filter { $0.binary != OwnRecord.binary }
        guard !unknown.isEmpty else { return true }
        do throws(StoreError) {
            try await fallback.bring(Array(unknown))
            return true
        } catch {
            return false
        }
    }

    /// One transaction, and what it means for the machine.
    private func decide(_ asked: [AdmissionQueue.Asked]) async -> [HeartbeatOutcome] {
        do {
            let results = try await store.admit(asked.map(\.admission), at: shared.time.wall)
            var written: [Transition] = []
            var outcomes: [HeartbeatOutcome] = []
            for (asked, result) in zip(asked, results) {
                if case .admitted(_, _, let transitions) = result { written += transitions }
                outcomes.append(apply(result, asked))
            }
            tail.append(written, to: shared)
            return outcomes
        } catch {
            fence.notice(error)
            logger.warning("heartbeats could not be admitted", metadata: ["error": "\(error)"])
            let now = shared.time.now
            return asked.map { asked in
                let kind = shared.withLock { $0.admissionFailed(asked.service, heard: now, at: now) }
                return HeartbeatOutcome(service: asked.service, kind: kind, isNews: true)
            }
        }
    }

    private func apply(_ result: AdmissionResult, _ asked: AdmissionQueue.Asked) -> HeartbeatOutcome {
        let now = shared.time.now
        switch result {
        case .rejected(let rejection):
            return HeartbeatOutcome(service: HeartbeatOutcome.noService, kind: .rejected(rejection))
        case .admitted(let record, let incarnation, _):
            let service = shared.withLock { machine in
                machine.admitted(
                    record,
                    incarnation,
                    heartbeat: asked.admission,
                    attributesHash: asked.attributesHash,
                    heard: now,
                    at: now
                )
            }
            guard let service else {
                return HeartbeatOutcome(service: HeartbeatOutcome.noService, kind: .rejected(.databaseUnavailable))
            }
            return HeartbeatOutcome(service: service, kind: .renewed, isNews: true)
        }
    }
}
