/// What a departure means to a record.
package enum DepartureDecision: Hashable, Sendable {
    /// The ledger now says so; `changed` is false where it already did.
    case departed(IncarnationRecord, changed: Bool)
    case notFound
    case notCurrent
}

extension ServiceLedger {
    /// Takes in a leave or a failure.
    ///
    /// What has left stays left: a repeated leave and a failure reported after it are answered as done. So is the
    /// failure of one that was dropped: it is dead already.
    package mutating func depart(_ departure: Departure, at: Timestamp) -> DepartureDecision {
        guard let current = incarnations.standing(of: departure.worker) else { return .notFound }
        guard incarnations[current].incarnation == departure.incarnation else { return .notCurrent }
        guard incarnations[current].leftAt == nil else {
            return .departed(incarnations[current], changed: false)
        }
        switch departure.manner {
        case .left:
            incarnations[current].leftAt = at
            summarize()
        case .failed(let message):
            guard incarnations[current].isCurrent else { return .departed(incarnations[current], changed: false) }
            incarnations[current].failedAt = at
            // Told twice at one instant, the last message counts.
            record.failure = nil
            summarize(failureMessage: message)
        }
        return .departed(incarnations[current], changed: true)
    }
}
