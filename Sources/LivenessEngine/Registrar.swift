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
    let queue = BatchQueue<Asked, HeartbeatOutcome>(largest: Registrar.batch)

    /// Admissions in one transaction, if a single call does not bring more.
    static let batch = 1_000

    /// One heartbeat to be decided on.
    struct Asked: Sendable {
        var admission: Admission
        var attributesHash: UInt32
        /// The dense number of the service it names; `HeartbeatOutcome.noService` when it is not known.
        var service: UInt32
        /// The host of the relay through which it came; empty where it came directly.
        var relay: [UInt8] = []
    }

    /// Decides the entries at `positions` and fills their outcomes in.
    ///
    /// Their time counts from the store's answer: until then their senders wait for ours.
    func admit(
        _ batch: HeartbeatBatch,
        _ positions: ArraySlice<Int>,
        into outcomes: inout [HeartbeatOutcome]
    ) async {
        let settings = shared.withLock { $0.settings }
        var asked = positions.map { position in
            Asked(
                admission: Admission(
                    batch,
                    batch.entries[position],
                    settings,
                    uuid: ServiceUUID(random: .random(in: 0 ... .max), .random(in: 0 ... .max))
                ),
                attributesHash: batch.entries[position].attributesHash,
                service: outcomes[position].service,
                relay: batch.relay
            )
        }
        let unclear = await moveIn(&asked)
        let decided = await queue.handle(asked) { asked in
            await turnstile.pass { await decide(asked) }
        }
        for (position, outcome) in zip(positions, decided) { outcomes[position] = outcome }
        for offset in unclear where decided[offset].kind == .rejected(.notRegistered) {
            outcomes[positions[positions.startIndex + offset]].kind = .rejected(.databaseUnavailable)
        }
        metrics.admissions.increment(by: Int64(positions.count))
    }

    /// Takes over the records that those who are unknown here have elsewhere.
    ///
    /// - Returns: Those of whom nobody can tell now, by their offsets: they are not to be made anew.
    private func moveIn(_ asked: inout [Asked]) async -> [Int] {
        guard let fallback else { return [] }
        let unknown = asked.indices.filter { index in
            asked[index].service == HeartbeatOutcome.noService
                && asked[index].admission.name.binary != OwnRecord.binary
        }
        let unclear = await fallback.bring(Set(unknown.map { asked[$0].admission.name }))
        let offsets = unknown.filter { unclear.contains(asked[$0].admission.name) }
        for offset in offsets { asked[offset].admission.mayCreate = false }
        return offsets
    }

    /// One transaction, and what it means for the machine.
    private func decide(_ asked: [Asked]) async -> [HeartbeatOutcome] {
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
                let kind = shared.withLock { machine in
                    machine.admissionFailed(asked.service, relay: asked.relay, heard: now, at: now)
                }
                return HeartbeatOutcome(service: asked.service, kind: kind, isNews: true)
            }
        }
    }

    private func apply(_ result: AdmissionResult, _ asked: Asked) -> HeartbeatOutcome {
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
                    relay: asked.relay,
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
