/// The brakes that hold, those that were released, and what of it the others do not know yet.
package struct Brakes: Sendable {
    /// What other daemons and people must be told.
    package enum Change: Hashable, Sendable {
        case engaged(BrakeRecord)
        case released(BrakeRecord)
    }

    struct Engaged: Sendable {
        var record: BrakeRecord
        /// On our clock: `max_hold` counts from here.
        var since: Instant
        /// Since when the others know; nil while they do not.
        var known: Instant?
    }

    private(set) var engaged: [BrakeScope: Engaged] = [:]
    /// When a brake of that scope was last released: who was silent then is no member until heard again.
    private var releases: [BrakeScope: Instant] = [:]
    /// When services were reported failed.
    var failures: [UInt32: Instant] = [:]
    var census: Census?
    private var changes: [Change] = []
    /// What people must be told.
    var events: [HealthEvent] = []

    package init() {}

    var isEmpty: Bool { engaged.isEmpty }

    /// Whether a brake holds the services of this profile.
    func holds(_ profile: Profile) -> Bool { holding(profile) != nil }

    /// The brake that holds the services of this profile.
    func holding(_ profile: Profile) -> Engaged? {
        if engaged.isEmpty { return nil }
        return engaged[BrakeScope(profile)] ?? engaged[.fleet]
    }

    /// Whether one who fell silent at `silent` had been so when the scope's brake was last released.
    func isReleased(_ scope: BrakeScope, silentSince silent: Instant) -> Bool {
        releases[scope].map { silent <= $0 } ?? false
    }

    /// Whether any brake was ever released: mostly none.
    var hasReleases: Bool { !releases.isEmpty }

    /// Engages what the tallies demand, releases what they allow.
    ///
    /// - Parameters:
    ///   - tallies: Of the last census.
    ///   - settings: When to engage and to release.
    ///   - daemon: Who decides.
    ///   - wall: The wall clock, for people.
    ///   - now: The present.
    /// - Returns: Whether one was released.
    mutating func decide(
        _ tallies: [BrakeScope: Census.Tally],
        _ settings: BrakeSettings,
        daemon: String,
        wall: Timestamp,
        at now: Instant
    ) -> Bool {
        var hasReleased = false
        for (scope, tally) in tallies.sorted(by: { $0.key.text < $1.key.text }) where engaged[scope] == nil {
            guard Double(tally.silent) > settings.fraction * Double(tally.members), tally.silent >= settings.minimum
            else { continue }
            let record = BrakeRecord(
                scope: scope,
                engagedAt: wall,
                engagedBy: daemon,
                members: tally.members,
                silent: tally.silent
            )
            engage(Engaged(record: record, since: now))
            changes.append(.engaged(record))
        }
        for (scope, brake) in engaged.sorted(by: { $0.key.text < $1.key.text }) {
            let tally = tallies[scope] ?? Census.Tally()
            var end: BrakeRecord.End?
            if Double(tally.heard) >= settings.releaseFraction * Double(tally.members) { end = .recovered }
            if now - brake.since >= settings.maxHold { end = .maxHold }
            guard let end else { continue }
            hasReleased = true
            changes.append(.released(release(brake, by: end.rawValue, wall: wall, at: now)))
        }
        return hasReleased
    }

    private mutating func engage(_ brake: Engaged) {
        engaged[brake.record.scope] = brake
        events.append(.brakeEngaged(brake.record))
    }

    private mutating func release(
        _ brake: Engaged,
        by: String?,
        wall: Timestamp,
        at now: Instant
    ) -> BrakeRecord {
        var record = brake.record
        record.releasedAt = wall
        record.releasedBy = by
        engaged[record.scope] = nil
        releases[record.scope] = now
        events.append(.brakeReleased(record))
        return record
    }

    // MARK: What other daemons do

    /// Takes in the brakes that hold, as an observation found them which began at `began`.
    ///
    /// - Returns: Whether one was released elsewhere.
    mutating func observed(_ records: [BrakeRecord], began: Instant, wall: Timestamp, at now: Instant) -> Bool {
        var found: Set<BrakeScope> = []
        for record in records {
            found.insert(record.scope)
            if engaged[record.scope] == nil, !isReleaseUnknown(record.scope) {
                engage(Engaged(record: record, since: now, known: began))
            } else if engaged[record.scope]?.known == nil, engaged[record.scope] != nil {
                known(record, at: began)
            }
        }
        var hasReleased = false
        for (scope, brake) in engaged where !found.contains(scope) {
            guard let known = brake.known, known < began else { continue }
            _ = release(brake, by: nil, wall: wall, at: now)
            hasReleased = true
        }
        return hasReleased
    }

    /// Continues a brake that held when this daemon started; `spent` is for how long it had.
    mutating func loaded(_ record: BrakeRecord, spent: Duration, at now: Instant) {
        engage(Engaged(record: record, since: now - spent, known: now))
    }

    /// The brake stands in the database as `record`: whoever was first.
    mutating func known(_ record: BrakeRecord, at now: Instant) {
        guard engaged[record.scope] != nil else { return }
        engaged[record.scope]?.record = record
        engaged[record.scope]?.known = now
    }

    /// An operator released it, and the database knows.
    ///
    /// - Returns: Whether it was held here.
    mutating func released(_ record: BrakeRecord, wall: Timestamp, at now: Instant) -> Bool {
        guard let brake = engaged[record.scope] else { return false }
        _ = release(brake, by: record.releasedBy, wall: wall, at: now)
        return true
    }

    /// Whether this daemon has released a brake of that scope and has not written it yet.
    private func isReleaseUnknown(_ scope: BrakeScope) -> Bool {
        changes.contains { change in
            if case .released(let record) = change { record.scope == scope } else { false }
        }
    }

    /// The oldest change that is to be written, if any.
    package var nextChange: Change? { changes.first }

    /// The oldest change was written, or need not be.
    mutating func changeWritten() {
        if !changes.isEmpty { changes.removeFirst() }
    }

    /// The brakes that hold now.
    package var holding: [BrakeRecord] {
        engaged.values.map(\.record).sorted { ($0.engagedAt, $0.scope.text) < ($1.engagedAt, $1.scope.text) }
    }
}
