/// The brakes that hold, those that were released, and what of it the others do not know yet.
package struct Brakes: Sendable {
    /// What other daemons and people must be told.
    package enum Change: Hashable, Sendable {
        case engaged(BrakeRecord)
        case released(BrakeRelease)
    }

    struct Engaged: Sendable {
        var record: BrakeRecord
        /// On our clock: `max_hold` counts from here.
        var since: Instant
        /// Since when the others know; nil while they do not.
        var known: Instant?
    }

    private(set) var engaged: [BrakeScope: Engaged] = [:]
    /// When a brake of that scope was last released, and which: who was silent then is no member until heard again.
    private var releases: [BrakeScope: (at: Instant, engagedAt: Timestamp)] = [:]
    /// When services were reported failed.
    var failures: [UInt32: Instant] = [:]
    var census: Census?
    private var changes: [Change] = []
    /// What people must be told.
    var events: [HealthEvent] = []

    package init() {}

    var isEmpty: Bool { engaged.isEmpty }

    /// Whether a brake holds the services of this profile.
    func holds(_ profile: Profile) -> Bool { brake(on: profile) != nil }

    /// The brake that holds the services of this profile.
    func brake(on profile: Profile) -> Engaged? {
        if engaged.isEmpty { return nil }
        return engaged[BrakeScope(profile)] ?? engaged[.fleet]
    }

    /// When a brake of that scope was last released.
    func lastRelease(of scope: BrakeScope) -> Instant? { releases[scope]?.at }

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
        let failing = tallies.filter { scope, tally in
            tally.silent >= settings.minimum && engaged[scope] == nil
                && Double(tally.silent) > settings.fraction * Double(tally.members)
        }
        for (scope, tally) in failing.sorted(by: { $0.key.text < $1.key.text }) {
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
            let all = tally.members + tally.unseen
            if Double(tally.heard) >= settings.releaseFraction * Double(all) { end = .recovered }
            if now - brake.since >= settings.maxHold { end = .maxHold }
            guard let end else { continue }
            hasReleased = true
            release(brake, by: end.rawValue, wall: wall, at: now)
            changes.append(.released(BrakeRelease(brake.record, by: end.rawValue, at: wall)))
        }
        return hasReleased
    }

    private mutating func engage(_ brake: Engaged) {
        engaged[brake.record.scope] = brake
        events.append(.brakeEngaged(brake.record))
    }

    private mutating func release(_ brake: Engaged, by: String?, wall: Timestamp, at now: Instant) {
        var record = brake.record
        record.releasedAt = wall
        record.releasedBy = by
        engaged[record.scope] = nil
        releases[record.scope] = (now, record.engagedAt)
        events.append(.brakeReleased(record))
    }

    // MARK: What other daemons do

    /// Takes in the brakes that hold, as an observation found them which began at `began`.
    ///
    /// - Returns: Whether one was released elsewhere.
    mutating func observed(_ records: [BrakeRecord], began: Instant, wall: Timestamp, at now: Instant) -> Bool {
        var found: Set<BrakeScope> = []
        for record in records {
            found.insert(record.scope)
            // What an observation read may be older than the release.
            let isOver = releases[record.scope]?.engagedAt == record.engagedAt
            if engaged[record.scope] == nil, !isOver {
                engage(Engaged(record: record, since: now, known: began))
            } else if engaged[record.scope]?.known == nil, engaged[record.scope] != nil {
                known(record, at: began)
            }
        }
        var hasReleased = false
        for (scope, brake) in engaged where !found.contains(scope) {
            guard let known = brake.known, known < began else { continue }
            release(brake, by: nil, wall: wall, at: now)
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

    /// An operator released it; one that the others do not know of yet is for this daemon to write down.
    ///
    /// - Returns: Whether it was held here.
    mutating func released(_ order: BrakeRelease, at now: Instant) -> Bool {
        guard let brake = engaged[order.scope], order.isMeant(brake.record) else { return false }
        release(brake, by: order.by, wall: order.at, at: now)
        if brake.known == nil { changes.append(.released(order)) }
        return true
    }

    /// The oldest change that is to be written, if any.
    package var nextChange: Change? { changes.first }

    /// The oldest change was written, or need not be.
    mutating func changeWritten() {
        if !changes.isEmpty { changes.removeFirst() }
    }

    /// The brakes that hold now.
    package var held: [BrakeRecord] {
        engaged.values.map(\.record).sorted { ($0.engagedAt, $0.scope.text) < ($1.engagedAt, $1.scope.text) }
    }
}
