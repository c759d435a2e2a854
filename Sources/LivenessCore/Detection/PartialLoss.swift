/// A part of the back end that does not answer while the rest does: one of several servers.
///
/// Only the services whose heartbeats would be there are in doubt (row 4), once the part has been away for as long as
/// makes a whole back end lost; before that nobody of them is judged. When it answers again, those who live are seen
/// with their next heartbeat.
struct PartialLoss: Sendable {
    /// Services that the last observation could not see.
    private(set) var unseen = ServiceSet()
    /// Since when observations do not see all, and since when flushes do not go to all.
    private var unseenSince: Instant?
    private var unflushedSince: Instant?
    /// Those who are unseen are in doubt.
    private(set) var isUnseenLost = false
    private var isUnflushedLost = false
    /// Who was in doubt, and when that was last over for some of them.
    private var regained = ServiceSet()
    private var regainedAt = Instant.distantPast

    /// Whether a part counts as lost.
    var isLost: Bool { isUnseenLost || isUnflushedLost }

    /// Nothing is known against any part, nor was lately.
    var isSound: Bool { unseenSince == nil && regained.isEmpty }

    /// Since when a part that is lost does not answer.
    var since: Instant? {
        guard isLost else { return nil }
        return [unseenSince, unflushedSince].compactMap(\.self).min()
    }

    /// An observation that began at `began` has seen all but these.
    ///
    /// Returns whether the doubt about somebody began or ended.
    mutating func observed(allBut missing: ServiceSet, began: Instant, at now: Instant) -> Bool {
        let before = unseen
        unseen = missing
        unseenSince = missing.isEmpty ? nil : unseenSince ?? began
        guard isUnseenLost else { return false }
        let back = before.subtracting(missing)
        if !back.isEmpty {
            regained.formUnion(back)
            regainedAt = now
        }
        if missing.isEmpty { isUnseenLost = false }
        return before != missing
    }

    /// A look at some services, which began at `began`, could not see these.
    mutating func looked(inVainAt missing: ServiceSet, began: Instant) {
        guard !missing.isEmpty else { return }
        unseen.formUnion(missing)
        unseenSince = unseenSince ?? began
    }

    /// A flush has ended, and gone to all parts or not.
    mutating func flushed(isWhole: Bool, at now: Instant) {
        unflushedSince = isWhole ? nil : unflushedSince ?? now
        if isWhole { isUnflushedLost = false }
    }

    /// Looks whether a part counts as lost by now.
    ///
    /// Returns whether the doubt about somebody began.
    mutating func ticked(at now: Instant, observationLostAfter: Duration, flushLostAfter: Duration) -> Bool {
        if let since = unflushedSince, now - since > flushLostAfter { isUnflushedLost = true }
        guard !isUnseenLost, let since = unseenSince, now - since > observationLostAfter else { return false }
        isUnseenLost = true
        return true
    }

    /// This daemon did not run for that long: the back end had no chance to be seen.
    mutating func paused(for duration: Duration) {
        unseenSince = unseenSince.map { $0 + duration }
        unflushedSince = unflushedSince.map { $0 + duration }
    }

    /// Whether silence about the service says nothing now, because its part is lost.
    func doubts(_ service: UInt32) -> Bool { isUnseenLost && unseen.contains(service) }

    /// Since when the part of a service can be seen again, of whom nothing was seen since.
    func regained(_ service: UInt32, heard: Instant) -> Instant? {
        !regained.isEmpty && heard < regainedAt && regained.contains(service) ? regainedAt : nil
    }
}
