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

    /// Decides the entries at `positions` and returns the outcomes with theirs filled in.
    func admit(
        _ batch: HeartbeatBatch,
        _ positions: ArraySlice<Int>,
        heard: Instant,
        into before: [HeartbeatOutcome]
    ) async -> [HeartbeatOutcome] {
        var outcomes = before
        let settings = shared.withLock { $0.settings }
        let admissions = positions.map { admission(batch, batch.entries[$0], settings) }
        do {
            let results = try await store.admit(admissions, at: shared.time.wall)
            var written: [Transition] = []
            for (offset, position) in positions.enumerated() where offset < results.count {
                let result = results[offset]
                if case .admitted(_, _, let transitions) = result { written += transitions }
                outcomes[position] = apply(
                    result,
                    admissions[offset],
                    batch.entries[position].attributesHash,
                    heard
                )
            }
            metrics.admissions.increment(by: Int64(positions.count))
            tail.append(written, to: shared)
        } catch {
            fence.notice(error)
            logger.warning("heartbeats could not be admitted", metadata: ["error": "\(error)"])
            let now = shared.time.now
            for position in positions {
                let service = outcomes[position].service
                outcomes[position].kind = shared.withLock {
                    $0.admissionFailed(service, heard: heard, at: now)
                }
            }
        }
        return outcomes
    }

    private func apply(
        _ result: AdmissionResult,
        _ admission: Admission,
        _ attributesHash: UInt32,
        _ heard: Instant
    ) -> HeartbeatOutcome {
        switch result {
        case .rejected(let rejection):
            return HeartbeatOutcome(service: HeartbeatOutcome.noService, kind: .rejected(rejection))
        case .admitted(let record, let incarnation, _):
            let now = shared.time.now
            let service = shared.withLock { machine in
                machine.admitted(
                    record,
                    incarnation,
                    heartbeat: admission,
                    attributesHash: attributesHash,
                    heard: heard,
                    at: now
                )
            }
            guard let service else {
                return HeartbeatOutcome(service: HeartbeatOutcome.noService, kind: .rejected(.databaseUnavailable))
            }
            return HeartbeatOutcome(service: service, kind: .renewed, isNews: true)
        }
    }

    private func admission(
        _ batch: HeartbeatBatch,
        _ entry: HeartbeatBatch.Entry,
        _ settings: LivenessSettings
    ) -> Admission {
        let name = ServiceName(host: batch.text(entry.host) ?? "", binary: batch.text(entry.binary) ?? "")
        var admission = Admission(
            name: name,
            worker: batch.text(entry.worker) ?? "",
            uuid: ServiceUUID(random: .random(in: 0 ... .max), .random(in: 0 ... .max)),
            daemon: settings.daemon
        )
        admission.topic = batch.text(entry.topic)
        admission.zone = batch.text(entry.zone)
        admission.version = entry.version < 0 ? nil : entry.version
        admission.incarnation = batch.text(entry.incarnation)
        admission.sequence = entry.sequence == HeartbeatBatch.Entry.noSequence ? nil : entry.sequence
        let topic = admission.topic ?? NameRule.defaultTopic(binary: name.binary)
        admission.reportInterval =
            entry.interval > 0 ? .microseconds(Int64(entry.interval)) : settings.reportInterval(topic: topic)
        admission.register = entry.register
        admission.mayCreate = settings.autoRegister
        admission.createsEnabled = settings.enableNewServices
        return admission
    }
}
