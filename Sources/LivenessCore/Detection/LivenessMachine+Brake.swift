/// The brake (row 6): when too many fall silent at once, nobody of them is called down before somebody has looked.
extension LivenessMachine {
    /// How old a census may be that a brake is decided by.
    ///
    /// Who dies is silent in a census a whole report_interval or more before anyone is called down for it.
    private var censusAge: Duration { min(.seconds(1), settings.shortestDownTime / 20) }

    /// Counts up to `limit` services more for the brake, unless they were counted a moment ago; with the last of them
    /// it engages and releases what must be.
    ///
    /// To be called before anybody is called down, until it returns false: there is no more to count.
    package mutating func lookAtBrake(limit: Int, at now: Instant) -> Bool {
        noticePause(at: now)
        guard pause == nil else {
            brakes.census = nil
            return false
        }
        if brakes.census?.isBlind != isBlind { brakes.census = nil }
        if brakes.census?.isFresh(at: now, censusAge) ?? false {
            decideOnBrakes(at: now)
            return false
        }
        if brakes.census?.next == nil { brakes.census = Census(at: now, isBlind: isBlind) }
        count(limit, at: now)
        if brakes.census?.next != nil { return true }
        brakes.census?.close(board.profiles)
        decideOnBrakes(at: now)
        return false
    }

    /// Whether a brake holds and was not looked at for a while: it may be over.
    package func mustLookAtBrake(at now: Instant) -> Bool {
        guard !brakes.isEmpty, pause == nil, !isBlind else { return false }
        return brakes.census.map { now - $0.began >= censusAge } ?? true
    }

    /// While the back end is lost silence says nothing, and nobody can be seen to be back: only failures count, which
    /// agents reported here.
    private var isBlind: Bool { health.lostSince != nil }

    /// Whether it is in a part of the back end that does not show it, or has not yet had the time to; what is counted now
    /// must still hold when it may be called down.
    private func isPartBlind(to service: UInt32, at now: Instant) -> Bool {
        if parts.areSound || brakes.failures[service] != nil { return false }
        return parts.isUnseen(service)
            || memoryDoubt(of: service, rows[Int(service)], at: now + censusAge)?.reason == .backendLost
    }

    private mutating func count(_ limit: Int, at now: Instant) {
        guard var census = brakes.census, let from = census.next else { return }
        brakes.census = nil
        let to = min(from + limit, rows.count)
        // Who was last heard before this is only awaited: this daemon did not run, or could not see.
        let seeing = max(started, blind.periods.last?.ended ?? started)
        let isPlain = isCensusPlain && !census.isBlind
        for number in from..<to {
            let service = UInt32(number)
            if isPlain, let profile = plainMember(number, at: now) {
                let sign: Census.Sign = rows[number].heardAt > seeing ? .heard : .awaited
                census.count(sign, profile: profile, inGroup: true, inFleet: true)
                continue
            }
            guard let last = membership(of: service, at: now) else { continue }
            let profile = board.cards[number].profile
            if isPartBlind(to: service, at: now) {
                census.count(.unseen, profile: profile, inGroup: true, inFleet: true)
                continue
            }
            let isHeard = board.standings[number].verdict.state == .up && last.at > seeing
            var sign: Census.Sign = last.silent <= now ? .silent : isHeard ? .heard : .awaited
            if sign != .silent, isSilentInTheShadow(service, at: now) { sign = .silent }
            if census.isBlind { sign = brakes.failures[service] == nil ? .awaited : .silent }
            var inGroup = true
            var inFleet = true
            if sign == .silent, brakes.hasReleases {
                let group = census.lastRelease(of: profile, board.profiles, brakes)
                inGroup = group.map { last.silentAtMost > $0 } ?? true
                inFleet = brakes.lastRelease(of: .fleet).map { last.silentAtMost > $0 } ?? true
            }
            census.count(sign, profile: profile, inGroup: inGroup, inFleet: inFleet)
        }
        census.next = to < rows.count ? to : nil
        brakes.census = census
    }

    /// Whether heartbeats alone tell who is silent.
    private var isCensusPlain: Bool {
        parts.isEmpty && brakes.failures.isEmpty && sessions.isEmpty && heldElsewhere.isEmpty && shadows.isEmpty
    }

    /// The profile of a member that this daemon itself has heard lately, as it has nearly all of a large fleet: what
    /// `membership` would come to with arithmetic of durations, and a first death must not wait for a million of those.
    @inline(__always)
    private func plainMember(_ number: Int, at now: Instant) -> UInt32? {
        let row = rows[number]
        guard row.flags.isSuperset(of: [.up, .heard]),
            row.flags.isDisjoint(with: [.deleted, .left, .forced, .neverHeard, .elsewhere])
        else { return nil }
        let card = board.cards[number]
        // 1.5 times its interval, which is in microseconds; blind time only adds to it.
        return row.lastHeard &+ Int64(card.interval) &* 1_500 > now.nanoseconds ? card.profile : nil
    }

    /// The last sign of a member.
    private struct LastSign {
        var at: Instant
        /// From when on it is silent, in the past or to come.
        var silent: Instant
        /// The same where this daemon was never blind: blind time to come does not move it.
        var silentAtMost: Instant
    }

    /// The last sign of a service that is a member.
    ///
    /// Recorded up, or unknown for want of somebody who could say so, is a member; so is who failed a moment ago, or was
    /// held since.
    private func membership(of service: UInt32, at now: Instant) -> LastSign? {
        let number = Int(service)
        let row = rows[number]
        guard row.flags.isDisjoint(with: [.deleted, .left, .forced, .neverHeard]) else { return nil }
        let standing = board.standings[number]
        if !brakes.failures.isEmpty, let failed = brakes.failures[service] {
            let isRecent = now - failed <= board.cards[number].reportInterval * 2
            guard isRecent || standing.verdict.state != .down else { return nil }
            return LastSign(at: failed, silent: failed, silentAtMost: failed)
        }
        switch standing.verdict.state {
        case .down: return nil
        case .up where standing.verdict.reason == .session && holdsSession(service, sessions):
            // It stands now, and goes on to.
            return LastSign(at: now, silent: now + .seconds(3_600), silentAtMost: now + .seconds(3_600))
        case .up where !heldElsewhere.isEmpty && heldElsewhere.contains(service):
            // Its heartbeats go to one daemon after the other: it is silent when all of them say so.
            return LastSign(at: now, silent: now + .seconds(1), silentAtMost: now + .seconds(1))
        case .up: return silence(of: row, board.cards[number].reportInterval)
        case .unknown:
            let recorded = logged[number].verdict
            guard recorded.state == .up || recorded.reason == .massFailure || recorded.reason == .reporterLost else {
                return nil
            }
            return silence(of: row, board.cards[number].reportInterval)
        }
    }

    /// Silent is who was not heard for 1.5 × its report_interval; blind time does not count, and what others hear is seen
    /// a flush and an observation later.
    private func silence(of row: RosterRow, _ interval: Duration) -> LastSign {
        let heard = row.flags.contains(.heard) ? row.heardAt : max(row.heardAt, started)
        let way = row.flags.contains(.elsewhere) ? settings.flushInterval + settings.observeInterval : .zero
        let patience = interval * 3 / 2 + way
        return LastSign(
            at: row.heardAt,
            silent: blind.deadline(heard: heard, downTime: patience),
            silentAtMost: heard + patience
        )
    }

    private mutating func decideOnBrakes(at now: Instant) {
        guard let census = brakes.census else { return }
        let hasReleased = brakes.decide(
            census.tallies,
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
        brakes.brake(on: board.profile(of: service))?.record
    }

    // MARK: Failures

    /// The service was reported failed: it is a member, and silent, for two of its intervals.
    mutating func noteFailure(of service: UInt32, at now: Instant) {
        guard brakes.failures[service] == nil else { return }
        let wasCounted = brakes.census.map { Int(service) < $0.next ?? .max } ?? false
        let isBlind = brakes.census?.isBlind ?? false
        if wasCounted, let last = membership(of: service, at: now), last.silent > now || isBlind {
            brakes.census?.silence(profile: board.cards[Int(service)].profile, board.profiles)
        }
        brakes.failures[service] = now
        failureLog.append((service, now))
    }

    /// Decides on those who were reported failed, up to `limit` of them, now that the brake was looked at.
    ///
    /// Returns whether there are more.
    package mutating func judgeFailures(limit: Int, at now: Instant) -> Bool {
        guard pause == nil else { return false }
        for _ in 0..<min(limit, failing.count) {
            guard let service = failing.popFirst() else { break }
            // The number may be another service's by now, and what had failed may live.
            guard rows[Int(service)].flags.contains(.failing) else { continue }
            rows[Int(service)].flags.remove(.failing)
            assess(service, at: now, isJudged: hasFailed(service))
        }
        return failing.count > 0
    }

    /// Whether somebody who was reported failed waits for the brake to be looked at.
    package var areFailuresWaiting: Bool { failing.count > 0 }

    /// Forgets up to `limit` failures that count no more: no interval is longer than an hour.
    ///
    /// Returns whether there may be more of them.
    mutating func forgetFailures(at now: Instant, limit: Int) -> Bool {
        for _ in 0..<limit {
            guard let first = failureLog.first, now - first.at > .seconds(7_200) else { return false }
            failureLog.removeFirst()
            if brakes.failures[first.service] == first.at { brakes.failures[first.service] = nil }
        }
        return true
    }

    // MARK: What other daemons and operators do

    /// Takes in the brakes that held when this daemon started.
    ///
    /// As for the services, the time while nobody wrote to the database counts for nobody, and a stamp that lies takes
    /// at most so much that the living are heard before the hold is over. Beside others it is for them to end it.
    package mutating func brakesLoaded(
        _ records: [BrakeRecord],
        newestStamp: Timestamp?,
        isCompanied: Bool,
        at now: Instant
    ) {
        for record in records {
            var spent = newestStamp.map { max(.zero, $0 - record.engagedAt) } ?? .zero
            spent = min(spent, max(.zero, settings.brake.maxHold - settings.serviceDownTime))
            brakes.loaded(record, spent: isCompanied ? .zero : spent, at: now)
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
    package mutating func brakeReleased(_ order: BrakeRelease, at now: Instant) {
        if brakes.released(order, at: now) { brakesReleased() }
    }
}
