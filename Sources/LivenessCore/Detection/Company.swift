/// The other daemons over the same back end, as their rows show them.
///
/// Who lives is told by its row moving, on our clock. Stamps and counts are compared with what they were before, never
/// with a "now".
package struct Company: Sendable {
    private struct Member {
        var record: DaemonRecord
        /// When its row was last seen to move, and its count.
        var moved: Instant
        var counted: Instant
        /// The count it came back with after it had been silent, until it is known to hold nothing from before.
        var returned: Int64?

        /// It said that it holds nothing, or an operator did.
        var isGone: Bool { record.leftAt != nil || record.retiredAt != nil }

        /// One whose count stands still for long cannot pass on what it hears, although it lives.
        func isSilent(at now: Instant, _ silence: Duration) -> Bool {
            now - moved > silence || now - counted > silence * 4
        }
    }

    /// The counts when an observation began.
    private struct Mark {
        var began: Instant
        var counts: [String: Int64]
    }

    /// Marks kept: at one look in 50 ms far longer than it takes a daemon to count as silent.
    private static let mostMarks = 256

    private var members: [String: Member] = [:]
    private var lastBegan = Instant.distantPast
    /// Oldest first.
    private var marks: [Mark] = []
    /// When daemons were last seen that came back as another process: what they held is lost with them.
    private(set) var crash: Instant?
    /// What anybody heard before this was visible to the observation that moved it.
    package private(set) var proven = Instant.distantPast

    package init() {}

    /// Takes in the daemons that an observation found, which began at `began`.
    ///
    /// - Parameters:
    ///   - daemons: All rows.
    ///   - own: The id of this daemon.
    ///   - began: When the observation began.
    ///   - silence: Without movement for this long a daemon counts as silent.
    /// - Returns: Whether one came back who had been silent, or went who had been there.
    mutating func observed(_ daemons: [DaemonRecord], own: String, began: Instant, silence: Duration) -> Bool {
        var isChanged = false
        // Observations overlap: an older picture must not cover a newer one.
        guard began >= lastBegan else { return false }
        lastBegan = began
        for daemon in daemons where daemon.id != own {
            guard let before = members[daemon.id] else {
                // Nobody knows for how long it has been silent: it is seen now.
                members[daemon.id] = Member(record: daemon, moved: began, counted: began)
                continue
            }
            var after = before
            after.record = daemon
            if before.record.incarnation != daemon.incarnation, !before.isGone {
                crash = max(crash ?? .distantPast, before.moved)
            }
            // Restored from a backup: counts say nothing about what they were.
            if daemon.flushCount < before.record.flushCount { marks = [] }
            if before.record.hasMoved(to: daemon) {
                if before.isSilent(at: began, silence) { after.returned = before.record.flushCount }
                after.moved = began
            }
            if before.record.flushCount != daemon.flushCount { after.counted = began }
            if let count = after.returned, daemon.flushCount >= count + 2 || daemon.flushCount < count {
                after.returned = nil
                isChanged = true
            }
            if after.isGone != before.isGone { isChanged = true }
            members[daemon.id] = after
        }
        let ids = Set(daemons.map(\.id))
        for id in members.keys where !ids.contains(id) {
            members[id] = nil
            isChanged = true
        }
        prove(began: began, silence: silence)
        return isChanged
    }

    /// What shows the daemons was away until `now`: how far they have come meanwhile is not known, and of those whose rows
    /// have moved, or cannot be seen (`isOld`), not that they were silent.
    mutating func resumed(_ daemons: [DaemonRecord], isOld: Bool, at now: Instant) {
        for daemon in daemons {
            guard let before = members[daemon.id], isOld || before.record.lastSeen != daemon.lastSeen else { continue }
            members[daemon.id]?.moved = now
            members[daemon.id]?.counted = now
        }
        marks = []
    }

    /// Another back end shows the counts from now on: those before prove nothing any more.
    mutating func begunAnew(at now: Instant, silence: Duration) {
        crash = doubt(at: now, silence: silence)
        members = [:]
        marks = []
        proven = .distantPast
    }

    /// A count that moved twice after an observation began belongs to a flush that began after it, too: the first
    /// flush may have been under way.
    private mutating func prove(began: Instant, silence: Duration) {
        if marks.count < Self.mostMarks {
            marks.append(Mark(began: began, counts: members.mapValues(\.record.flushCount)))
        }
        let living = members.filter { !$0.value.isGone && !$0.value.isSilent(at: began, silence) }
        while let first = marks.first {
            let isProven = living.allSatisfy { id, member in
                first.counts[id].map { member.record.flushCount >= $0 + 2 } ?? true
            }
            guard isProven else { return }
            proven = max(proven, first.began)
            marks.removeFirst()
        }
    }

    /// Whether anybody else lives.
    package func isPresent(at now: Instant, silence: Duration) -> Bool {
        members.values.contains { !$0.isGone && !$0.isSilent(at: now, silence) }
    }

    /// When one was last seen who may hold heartbeats that cannot be seen: it has not left and is silent, or was
    /// replaced by another process; nil when there is none.
    ///
    /// Of several the one seen last.
    func doubt(at now: Instant, silence: Duration) -> Instant? {
        var latest = crash
        for member in members.values where !member.isGone {
            guard member.returned != nil || member.isSilent(at: now, silence) else { continue }
            latest = max(latest ?? member.moved, member.moved)
        }
        return latest
    }

    /// Whether that daemon was seen to write lately; nil when nothing was seen of it yet.
    package func isLiving(_ id: String, at now: Instant, silence: Duration) -> Bool? {
        members[id].map { !$0.isGone && now - $0.moved <= silence }
    }

    /// How many of the others are in which condition, and how many of those at work have other settings than `digest`.
    package func count(
        at now: Instant,
        silence: Duration,
        digest: String
    ) -> (alive: Int, silent: Int, left: Int, differing: Int) {
        var counts = (alive: 0, silent: 0, left: 0, differing: 0)
        for member in members.values {
            if member.isGone {
                counts.left += 1
                continue
            }
            if member.isSilent(at: now, silence) { counts.silent += 1 } else { counts.alive += 1 }
            if member.record.settingsDigest != digest { counts.differing += 1 }
        }
        return counts
    }

    /// Who has not left and is silent, and since when it was last seen.
    package func silent(at now: Instant, silence: Duration) -> [(id: String, lastSeen: Instant)] {
        members.values.filter { !$0.isGone && $0.isSilent(at: now, silence) }
            .map { ($0.record.id, $0.moved) }
            .sorted { $0.0 < $1.0 }
    }
}
