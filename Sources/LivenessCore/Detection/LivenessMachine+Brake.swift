/// The brake (row 6): when too many fall silent at once, nobody of them is called down before somebody has looked.
extension LivenessMachine {
    /// How old a census may be that a brake is decided by.
    ///
    /// Who dies is silent in a census a whole report_interval or more before anyone is called down for it.
    private var censusAge: Duration {
        let shortest = settings.topics.values.compactMap(\.serviceDownTime).reduce(settings.serviceDownTime, min)
        return min(.seconds(1), shortest / 20)
    }

    /// Counts up to `limit` services more for the brake, unless they were counted a moment ago; with the last of them
    /// it engages and releases what must be.
    ///
    /// To be called before anybody is called down, until it returns false: there is no more to count.
    package mutating func lookAtBrake(limit: Int, at now: Instant) -> Bool {
        guard isTrusted else { return false }
        if let census = brakes.census, census.next == nil, now - census.began < censusAge {
            decideOnBrakes(at: now)
            return false
        }
        if brakes.census?.next == nil { brakes.census = Census(at: now) }
        count(limit, at: now)
        if brakes.census?.next != nil { return true }
        decideOnBrakes(at: now)
        return false
    }

    /// Whether a brake holds and was not looked at for a while: it may be over.
    package func mustLookAtBrake(at now: Instant) -> Bool {
        guard !brakes.isEmpty, isTrusted else { return false }
        return brakes.census.map { now - $0.began >= censusAge } ?? true
    }

    /// Counts say nothing while this daemon sees nothing.
    private var isTrusted: Bool { pause == nil && health.lostSince == nil }

    private mutating func count(_ limit: Int, at now: Instant) {
        guard var census = brakes.census, let from = census.next else { return }
        brakes.census = nil
        let to = min(from + limit, rows.count)
        for number in from..<to {
            let service = UInt32(number)
            guard let silentSince = membership(of: service, at: now) else { continue }
            let profile = board.cards[number].profile
            let isUp = board.standings[number].verdict.state == .up
            let sign: Census.Sign = silentSince <= now ? .silent : isUp ? .heard : .awaited
            var inGroup = true
            var inFleet = true
            if sign == .silent, brakes.hasReleases {
                inGroup = !brakes.isReleased(BrakeScope(board.profiles[profile]), silentSince: silentSince)
                inFleet = !brakes.isReleased(.fleet, silentSince: silentSince)
            }
            census.count(sign, profile: profile, inGroup: inGroup, inFleet: inFleet)
        }
        census.next = to < rows.count ? to : nil
        brakes.census = census
    }

    /// From when on a member is silent: in the past, or to come; nil for one that is no member.
    ///
    /// Recorded up, or unknown for want of somebody who could say so, is a member; so is who failed a moment ago.
    private func membership(of service: UInt32, at now: Instant) -> Instant? {
        let number = Int(service)
        let row = rows[number]
        guard row.flags.isDisjoint(with: [.deleted, .left, .forced, .neverHeard]) else { return nil }
        let standing = board.standings[number]
        if !brakes.failures.isEmpty, let failed = brakes.failures[service] {
            let isRecent = now - failed <= board.cards[number].reportInterval * 2
            return isRecent || standing.verdict.state != .down ? failed : nil
        }
        switch standing.verdict.state {
        case .down: return nil
        case .up: return silence(of: row, board.cards[number].reportInterval)
        case .unknown:
            let recorded = standing.recorded
            guard recorded.state == .up || recorded.reason == .massFailure || recorded.reason == .reporterLost else {
                return nil
            }
            return silence(of: row, board.cards[number].reportInterval)
        }
    }

    /// When 1.5 × its report_interval will have passed since it was last heard; blind time does not count.
    private func silence(of row: RosterRow, _ interval: Duration) -> Instant {
        let heard = row.flags.contains(.heard) ? row.heardAt : max(row.heardAt, started)
        return blind.deadline(heard: heard, downTime: interval * 3 / 2)
    }

    private mutating func decideOnBrakes(at now: Instant) {
        guard let census = brakes.census else { return }
        let hasReleased = brakes.decide(
            census.tallies(board.profiles),
            settings.brake,
            daemon: settings.daemon,
            wall: wall(now),
            at: now
        )
        if hasReleased { brakesReleased() }
    }

    /// Who was held is looked at once more, and is no member any more when counted next.
    private mutating func brakesReleased() {
        sweep = 0
        brakes.census = nil
    }

    /// Why the brake holds a service, if one does.
    func brake(on service: UInt32) -> BrakeRecord? {
        brakes.holding(board.profile(of: service))?.record
    }

    // MARK: Failures

    /// The service was reported failed: it is a member, and silent, for two of its intervals.
    mutating func noteFailure(of service: UInt32, at now: Instant) {
        guard brakes.failures[service] == nil else { return }
        let wasCounted = brakes.census.map { Int(service) < $0.next ?? .max } ?? false
        if wasCounted, let silent = membership(of: service, at: now), silent > now {
            brakes.census?.silence(profile: board.cards[Int(service)].profile)
        }
        brakes.failures[service] = now
    }

    /// Decides on those who were reported failed, up to `limit` of them, now that the brake was looked at.
    ///
    /// Returns whether there are more.
    package mutating func judgeFailures(limit: Int, at now: Instant) -> Bool {
        for _ in 0..<min(limit, failing.count) {
            guard let service = failing.popFirst() else { break }
            rows[Int(service)].flags.remove(.failing)
            assess(service, at: now, isJudged: true)
        }
        return failing.count > 0
    }

    /// Whether somebody who was reported failed waits for the brake to be looked at.
    package var areFailuresWaiting: Bool { failing.count > 0 }

    /// Forgets failures that count no more.
    mutating func forgetFailures(at now: Instant) {
        // No interval is longer than an hour.
        brakes.failures = brakes.failures.filter { service, failed in
            board.standings[Int(service)].verdict.state != .down || now - failed <= .seconds(7_200)
        }
    }

    // MARK: What other daemons and operators do

    /// Takes in the brakes that held when this daemon started.
    ///
    /// As for the services, the time while nobody wrote to the database counts for nobody.
    package mutating func brakesLoaded(_ records: [BrakeRecord], newestStamp: Timestamp?, at now: Instant) {
        for record in records {
            let spent = newestStamp.map { max(.zero, $0 - record.engagedAt) } ?? .zero
            brakes.loaded(record, spent: min(spent, settings.brake.maxHold), at: now)
        }
    }

    /// Takes in the brakes that hold, as an observation found them which began at `began`.
    mutating func brakesObserved(_ records: [BrakeRecord], began: Instant, at now: Instant) {
        if records.isEmpty, brakes.isEmpty { return }
        if brakes.observed(records, began: began, wall: wall(now), at: now) { brakesReleased() }
    }

    /// What became of a brake was written, or need not be.
    package mutating func brakeWritten() { brakes.changeWritten() }

    /// The database has the brake as `record`: this one was first, or another.
    package mutating func brakeKnown(_ record: BrakeRecord, at now: Instant) { brakes.known(record, at: now) }

    /// An operator released it.
    package mutating func brakeReleased(_ record: BrakeRecord, at now: Instant) {
        if brakes.released(record, wall: wall(now), at: now) { brakesReleased() }
    }
}
