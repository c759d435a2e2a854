/// A record together with its incarnations that are still remembered: what a store reads, hands to the rules and
/// writes back.
///
/// The rules live here, in values, so that every store and every database follows the same ones.
package struct ServiceLedger: Hashable, Sendable {
    package var record: ServiceRecord
    /// In no order.
    ///
    /// One per worker is current, or was dropped; a worker that never stated an incarnation has the number 0.
    package var incarnations: [IncarnationRecord]

    package init(_ record: ServiceRecord, incarnations: [IncarnationRecord]) {
        self.record = record
        self.incarnations = incarnations
    }

    /// Whether any worker of it ever stated an incarnation.
    package var usesIncarnations: Bool { record.incarnationNumber > 0 }

    /// Carries over to the record what its current incarnations say together.
    ///
    /// The version is the lowest of the workers that live, and stays when none does. Only flushes tell who is dead by
    /// silence (`WorkerRule`): whoever is below the record's version was found dead by one, until it is `heard`. The
    /// incarnation is the newest one. The record left when every worker left, and failed when every worker that has
    /// not left failed. `message` is the one of the failure that was just reported.
    mutating func summarize(heard: Int? = nil, failureMessage message: String? = nil) {
        let version = record.version
        let well = incarnations.indices.filter { incarnations[$0].isCurrent && incarnations[$0].isWell }
        let living = well.filter { $0 == heard || incarnations[$0].version >= version }
        if let lowest = living.map({ incarnations[$0].version }).min() { record.version = lowest }

        let current = incarnations.filter(\.isCurrent)
        guard !current.isEmpty else { return }
        if let newest = current.max(by: { $0.number < $1.number }) {
            record.incarnation = newest.incarnation
            record.incarnationNumber = max(record.incarnationNumber, newest.number)
        }

        let present = current.filter { $0.leftAt == nil }
        guard !present.isEmpty else {
            record.leftAt = current.compactMap(\.leftAt).max()
            record.failure = nil
            return
        }
        record.leftAt = nil
        let failures = present.compactMap(\.failedAt)
        guard failures.count == present.count, let last = failures.max() else {
            record.failure = nil
            return
        }
        if record.failure?.at != last { record.failure = Failure(at: last, message: message) }
    }
}
