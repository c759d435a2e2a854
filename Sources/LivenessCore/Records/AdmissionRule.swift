/// What is to be done about a heartbeat that is more than a renewal.
package enum AdmissionDecision: Hashable, Sendable {
    /// A new record with its first incarnation; the store gives the id and the revision.
    case create(ServiceRecord, IncarnationRecord)
    /// The record and its incarnations as they now are, and the one that was heard.
    ///
    /// That a worker joined must be told to daemons that look for workers by name.
    case renew(ServiceLedger, IncarnationRecord, hasJoined: Bool)
    case reject(HeartbeatRejection)
}

/// Who may make a record, whose heartbeats count, and who is refused.
package enum AdmissionRule {
    package static func decide(
        _ admission: Admission,
        living: ServiceLedger?,
        burials: Burials,
        at: Timestamp
    ) -> AdmissionDecision {
        if var ledger = living {
            switch ledger.admit(admission, burials: burials, at: at) {
            case .success(let heard):
                let hasJoined = living.map { $0.incarnations.hasJoined(heard) } ?? false
                return .renew(ledger, heard, hasJoined: hasJoined)
            case .failure(let refusal): return .reject(refusal.rejection)
            }
        }
        if let incarnation = admission.incarnation {
            if burials.incarnations.contains(incarnation) { return .reject(.serviceDeleted) }
        } else if burials.areRecent, !admission.register {
            return .reject(.serviceDeleted)
        }
        guard admission.mayCreate else { return .reject(.notRegistered) }
        return create(admission, after: burials, at: at)
    }

    private static func create(_ admission: Admission, after burials: Burials, at: Timestamp) -> AdmissionDecision {
        let topic = admission.topic ?? NameRule.defaultTopic(binary: admission.name.binary)
        var record = ServiceRecord(
            id: 0,
            uuid: admission.uuid,
            name: admission.name,
            topic: topic,
            zone: admission.zone ?? NameRule.defaultZone(topic: topic),
            createdAt: at
        )
        record.reportInterval = admission.reportInterval ?? .zero
        record.isDisabled = !admission.createsEnabled
        record.recorded = RecordedState(state: .up, reason: .heartbeat, since: at, revision: 0)
        record.lastSeenUp = at
        record.lastSequence = admission.sequence
        record.lastDaemon = admission.daemon
        record.isNeverHeard = false

        var incarnation = IncarnationRecord(
            serviceID: 0,
            worker: admission.worker,
            incarnation: admission.incarnation,
            number: admission.incarnation == nil ? 0 : burials.highestNumber + 1,
            version: admission.version ?? 0,
            firstSeen: at
        )
        incarnation.lastSeenUp = at
        incarnation.lastSequence = admission.sequence

        var ledger = ServiceLedger(record, incarnations: [incarnation])
        ledger.summarize(heard: 0)
        return .create(ledger.record, incarnation)
    }
}

/// A rejection on its way through a `Result`.
struct Refusal: Error {
    var rejection: HeartbeatRejection
}
