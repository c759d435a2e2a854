extension ServiceLedger {
    /// Takes in a heartbeat of this record, or says why it does not count.
    ///
    /// The recorded state stays: a change of state is the engine's to judge and to record. So do `report_count` and
    /// `last_flush`: the beat itself is counted by the flush that follows.
    mutating func admit(
        _ admission: Admission,
        burials: Burials,
        at: Timestamp
    ) -> Result<IncarnationRecord, Refusal> {
        let standing = incarnations.standing(of: admission.worker)
        let heard: Int

        if let incarnation = admission.incarnation {
            if let standing, incarnations[standing].incarnation == incarnation {
                guard incarnations[standing].leftAt == nil else { return .failure(Refusal(rejection: .left)) }
                heard = standing
            } else if incarnations.contains(where: {
                $0.incarnation == incarnation && $0.worker.utf8.elementsEqual(admission.worker.utf8)
            }) {
                return .failure(Refusal(rejection: .staleIncarnation))
            } else if burials.incarnations.contains(incarnation) {
                return .failure(Refusal(rejection: .serviceDeleted))
            } else {
                heard = replace(standing, by: admission, after: burials, at: at)
            }
        } else {
            guard !usesIncarnations else { return .failure(Refusal(rejection: .incarnationRequired)) }
            heard = standing ?? replace(nil, by: admission, after: burials, at: at)
        }

        renew(heard, by: admission, at: at)
        return .success(incarnations[heard])
    }

    /// Makes the admission's incarnation the current one of its worker.
    private mutating func replace(
        _ standing: Int?,
        by admission: Admission,
        after burials: Burials,
        at: Timestamp
    ) -> Int {
        let known = incarnations.map(\.number).max() ?? 0
        let highest = max(record.incarnationNumber, known, burials.highestNumber)
        let inherited = standing.map { incarnations[$0].version } ?? record.version
        if let standing { incarnations[standing].replacedAt = at } else { tellOnlyWorkerItsStamp() }
        incarnations.append(
            IncarnationRecord(
                serviceID: record.id,
                worker: admission.worker,
                incarnation: admission.incarnation,
                number: admission.incarnation == nil ? 0 : highest + 1,
                version: inherited,
                firstSeen: at
            )
        )
        record.lastSequence = nil
        return incarnations.count - 1
    }

    /// Another worker joins an only one, whose heartbeats were written to the record alone so far.
    private mutating func tellOnlyWorkerItsStamp() {
        let current = incarnations.indices.filter { incarnations[$0].isCurrent }
        guard let only = current.first, current.count == 1, let stamp = record.lastSeenUp else { return }
        incarnations[only].lastSeenUp = later(incarnations[only].lastSeenUp, stamp)
        incarnations[only].lastSequence = higher(incarnations[only].lastSequence, record.lastSequence)
    }

    private mutating func renew(_ index: Int, by admission: Admission, at: Timestamp) {
        if let version = admission.version { incarnations[index].version = version }
        incarnations[index].lastSeenUp = later(incarnations[index].lastSeenUp, at)
        incarnations[index].lastSequence = higher(incarnations[index].lastSequence, admission.sequence)
        incarnations[index].failedAt = nil
        incarnations[index].leftAt = nil
        incarnations[index].replacedAt = nil

        if let topic = admission.topic { record.topic = topic }
        if let zone = admission.zone { record.reportedZone = zone }
        if let interval = admission.reportInterval { record.reportInterval = interval }
        record.lastSeenUp = later(record.lastSeenUp, at)
        record.lastSequence = higher(record.lastSequence, admission.sequence)
        record.isNeverHeard = false
        summarize(heard: index)
    }
}

/// The later of a stamp that may be missing and another: stamps never go back.
package func later(_ one: Timestamp?, _ other: Timestamp) -> Timestamp {
    one.map { max($0, other) } ?? other
}

/// The higher of two sequences that may be missing.
package func higher(_ one: UInt64?, _ other: UInt64?) -> UInt64? {
    guard let one, let other else { return one ?? other }
    return max(one, other)
}
