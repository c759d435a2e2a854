/// A record together with its incarnations that are still remembered: what a store reads, hands to the rules and
/// writes back.
///
/// The rules live here, in values, so that every store and every database follows the same ones.
package struct ServiceLedger: Hashable, Sendable {
    package var record: ServiceRecord
    /// In no order.
    ///
    /// One per worker is current; a worker that never stated an incarnation has the number 0.
    package var incarnations: [IncarnationRecord]

    package init(_ record: ServiceRecord, incarnations: [IncarnationRecord]) {
        self.record = record
        self.incarnations = incarnations
    }

    /// Whether any worker of it ever stated an incarnation.
    package var usesIncarnations: Bool { record.incarnationNumber > 0 }

    /// Where the current incarnation of that worker stands.
    package func currentIndex(of worker: String) -> Int? {
        incarnations.firstIndex { $0.isCurrent && $0.worker.utf8.elementsEqual(worker.utf8) }
    }

    /// Carries over to the record what its current incarnations say together.
    ///
    /// The version is the lowest of the workers that have not left. The incarnation is the newest one. The record
    /// left when every worker left, and failed when every worker that has not left failed. `message` is the one of
    /// the failure that was just reported.
    mutating func summarize(failureMessage message: String? = nil) {
        let current = incarnations.filter(\.isCurrent)
        guard !current.isEmpty else { return }
        let living = current.filter { $0.leftAt == nil }

        if let lowest = living.map(\.version).min() { record.version = lowest }
        if let newest = current.max(by: { $0.number < $1.number }) {
            record.incarnation = newest.incarnation
            record.incarnationNumber = max(record.incarnationNumber, newest.number)
        }

        guard !living.isEmpty else {
            record.leftAt = current.compactMap(\.leftAt).max()
            record.failure = nil
            return
        }
        record.leftAt = nil
        let failures = living.compactMap(\.failedAt)
        guard failures.count == living.count, let last = failures.max() else {
            record.failure = nil
            return
        }
        if record.failure?.at != last { record.failure = Failure(at: last, message: message) }
    }
}
