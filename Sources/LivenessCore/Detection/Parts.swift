/// The parts of a back end that answer each for themselves; none where it is one.
///
/// Only the services of a part that does not answer are in doubt (row 4). What the other daemons heard of a service
/// must be visible in its own part before it is judged: so each part has its own account of how far they have flushed.
struct Parts: Sendable {
    struct Part: Sendable {
        var name: String
        /// The other daemons, as this part shows them.
        var company = Company()
        /// Since when it does not answer.
        var missingSince: Instant?
        /// It has not answered for as long as makes a whole back end lost.
        var isLost = false
        /// When it last began to answer again.
        var returned: Instant?
    }

    private(set) var all: [Part] = []
    private var table = PartTable()
    /// Since when flushes do not go to all of them.
    private var unflushedSince: Instant?
    private var isUnflushedLost = false

    /// Whether one of them counts as lost, or does not take what this daemon hears.
    var isAnyLost: Bool { isUnflushedLost || all.contains(where: \.isLost) }

    /// Since when.
    var lostSince: Instant? {
        guard isAnyLost else { return nil }
        return (all.map(\.missingSince) + [unflushedSince]).compactMap(\.self).min()
    }

    /// Nothing is known against any of them, nor was lately.
    var areSound: Bool { all.allSatisfy { $0.missingSince == nil && $0.returned == nil } }

    var isEmpty: Bool { all.isEmpty }

    // MARK: What happens

    /// An observation, or a look at some services, that began at `began` found them so.
    ///
    /// Returns whether one answers again, or what is known of the other daemons there has changed.
    mutating func observed(
        _ parts: [BackendPart],
        _ daemons: [DaemonRecord],
        isOld: Bool,
        own: String,
        began: Instant,
        at now: Instant,
        silence: Duration
    ) -> Bool {
        if all.count != parts.count { all = parts.map { Part(name: $0.name) } }
        var isChanged = false
        for (number, part) in parts.enumerated() {
            guard let counts = part.counts else {
                all[number].missingSince = all[number].missingSince ?? began
                continue
            }
            if all[number].missingSince != nil {
                all[number].missingSince = nil
                all[number].isLost = false
                all[number].returned = now
                all[number].company.resumed(daemons, isOld: isOld, at: began)
                isChanged = true
            }
            let there = daemons.map { daemon in
                var there = daemon
                there.flushCount = counts[daemon.id] ?? 0
                return there
            }
            let hasChanged = all[number].company.observed(there, own: own, began: began, silence: silence)
            isChanged = isChanged || hasChanged
        }
        return isChanged
    }

    mutating func placed(_ table: PartTable) { self.table = table }

    /// A flush has ended, and gone to all parts or not.
    mutating func flushed(isWhole: Bool, at now: Instant) {
        unflushedSince = isWhole ? nil : unflushedSince ?? now
        if isWhole { isUnflushedLost = false }
    }

    /// Looks who counts as lost by now.
    mutating func ticked(at now: Instant, observationLostAfter: Duration, flushLostAfter: Duration, doubt: Duration) {
        if let since = unflushedSince, now - since > flushLostAfter { isUnflushedLost = true }
        for number in all.indices {
            if let since = all[number].missingSince, now - since > observationLostAfter { all[number].isLost = true }
            if let returned = all[number].returned, now - returned > doubt { all[number].returned = nil }
        }
    }

    /// This daemon did not run for that long: the back end had no chance to answer.
    mutating func paused(for duration: Duration) {
        unflushedSince = unflushedSince.map { $0 + duration }
        for number in all.indices { all[number].missingSince = all[number].missingSince.map { $0 + duration } }
    }

    // MARK: What is known of a service

    /// The numbers of the parts that a service is in.
    private func numbers(of service: UInt32) -> Range<Int> {
        let part = table.part(of: service)
        return part != PartTable.several && Int(part) < all.count ? Int(part)..<Int(part) + 1 : all.indices
    }

    /// Whether a part that it is in does not answer now: it cannot be judged.
    func isUnseen(_ service: UInt32) -> Bool { numbers(of: service).contains { all[$0].missingSince != nil } }

    /// The names of those that do not answer.
    func missing(_ service: UInt32) -> [String] {
        numbers(of: service).filter { all[$0].missingSince != nil }.map { all[$0].name }
    }

    /// Whether one has not answered for so long that nothing is known of the service.
    func isLost(_ service: UInt32) -> Bool { numbers(of: service).contains { all[$0].isLost } }

    /// When the last of its parts that was away answered again, if that was lately.
    func returned(_ service: UInt32) -> Instant? {
        var last: Instant?
        for number in numbers(of: service) {
            guard let returned = all[number].returned else { continue }
            last = max(last ?? returned, returned)
        }
        return last
    }

    /// What anybody heard of it before this has been seen.
    func proven(_ service: UInt32) -> Instant {
        numbers(of: service).map { all[$0].company.proven }.min() ?? .distantPast
    }

    /// Whether anybody else lives who flushes to one of them.
    func isAnyonePresent(at now: Instant, silence: Duration) -> Bool {
        all.contains { $0.company.isPresent(at: now, silence: silence) }
    }

    /// Who has not left and is silent where the service is, and since when it was last seen.
    func silent(_ service: UInt32, at now: Instant, silence: Duration) -> [(id: String, lastSeen: Instant)] {
        var seen: Set<String> = []
        return numbers(of: service).flatMap { all[$0].company.silent(at: now, silence: silence) }
            .filter { seen.insert($0.id).inserted }
    }

    /// When a daemon was last seen that may hold heartbeats of it that cannot be seen.
    func doubt(_ service: UInt32, at now: Instant, silence: Duration) -> Instant? {
        numbers(of: service).compactMap { all[$0].company.doubt(at: now, silence: silence) }.max()
    }
}
