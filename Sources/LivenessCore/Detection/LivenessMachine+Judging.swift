/// Deadlines: who is looked at when, and who may be called down.
extension LivenessMachine {
    /// Brings the wheel to `now` and looks at what came up, about `limit` services at a time.
    ///
    /// Returns whether more is waiting.
    ///
    /// Nobody is called down here: those whose deadline passed wait in `dueCount` for `judge`.
    package mutating func advance(to now: Instant, limit: Int) -> Bool {
        guard pause == nil else { return false }
        var came: [UInt32] = []
        came.reserveCapacity(limit)
        let isDone = wheel.advance(to: now, limit: limit, into: &came)
        let isSound = health.isSound && parts.areSound
        for service in came { touched ^= rows[Int(service)].lastHeard }
        for service in came {
            let row = rows[Int(service)]
            let heardUntil = row.heardUntil
            let isPlain = row.flags.isSuperset(of: [.up, .heard])
            if isPlain, now < heardUntil {
                wheel.file(service, due: heardUntil)  // it beat since: lazily further on
            } else if isPlain, row.flags.isDisjoint(with: .unusual), isSound, blind.deadline(row) <= now {
                waitToBeJudged(service)  // what `assess` would come to, for the many of a mass failure
            } else {
                assess(service, at: now)
            }
        }
        return !isDone
    }

    /// How many services wait to be judged.
    package var dueCount: Int { due.count }

    /// Judges up to `limit` of the services that wait, given that every event loop finished a read pass that began at
    /// `passBegan`.
    ///
    /// Returns how many of the first `count` are left.
    ///
    /// - Parameters:
    ///   - passBegan: Only a deadline before this is judged.
    ///   - count: How many of those waiting were there when the pass began.
    ///   - limit: How many to judge now, so that a lock is held briefly.
    ///   - now: The present.
    /// - Returns: The number still to be judged of `count`.
    package mutating func judge(passBegan: Instant, count: Int, limit: Int, at now: Instant) -> Int {
        guard pause == nil else { return 0 }
        let take = min(limit, count, due.count)
        guard take > 0 else { return 0 }
        var slice: [UInt32] = []
        slice.reserveCapacity(take)
        due.popFirst(take, into: &slice)
        touch(slice)
        for service in slice { judge(service, passBegan: passBegan, at: now) }
        return min(count - take, due.count)
    }

    private mutating func judge(_ service: UInt32, passBegan: Instant, at now: Instant) {
        guard rows[Int(service)].flags.contains(.due) else { return }
        rows[Int(service)].flags.remove(.due)
        let isUnseen = !parts.isEmpty && parts.isUnseen(service)
        let mayBeJudged =
            blind.deadline(rows[Int(service)]) <= passBegan && !isUnanswered(service) && !isUnseen
        assess(service, at: now, isJudged: mayBeJudged)
    }

    /// Takes out those of up to `limit` services that wait, the first of `count`, whom nobody can have heard unseen: the
    /// deadline was before `passBegan`, and all that other daemons heard until then has been visible since.
    ///
    /// The others wait on. Those taken out are to be looked at in the back end, and then to be judged.
    ///
    /// - Returns: The services with the ids of their records, and how many of `count` are left to go over.
    package mutating func takeDue(
        passBegan: Instant,
        count: Int,
        limit: Int,
        at now: Instant
    ) -> (due: [ServiceKey], left: Int) {
        guard pause == nil else { return ([], 0) }
        let take = min(limit, count, due.count)
        var taken: [ServiceKey] = []
        for _ in 0..<take {
            guard let service = due.popFirst() else { break }
            let row = rows[Int(service)]
            guard row.flags.contains(.due) else { continue }
            if !parts.isEmpty, parts.isLost(service) {
                rows[Int(service)].flags.remove(.due)
                assess(service, at: now)
            } else if blind.deadline(row) <= min(passBegan, proven(service)) {
                taken.append(ServiceKey(service: service, id: board.cards[Int(service)].id))
            } else {
                due.append(service)
            }
        }
        return (taken, min(count - take, due.count))
    }

    /// Judges services that `takeDue` took out and that an observation since has shown nothing of.
    package mutating func judge(_ services: ArraySlice<ServiceKey>, passBegan: Instant, at now: Instant) {
        for due in services {
            if !parts.isEmpty, parts.isUnseen(due.service) {
                putBack([due])
            } else {
                judge(due.service, passBegan: min(passBegan, proven(due.service)), at: now)
            }
        }
    }

    /// Looks once more at up to `limit` of those who wait, without judging them: where the back end is lost they are
    /// unknown.
    package mutating func reconsiderDue(limit: Int, at now: Instant) {
        for _ in 0..<min(limit, due.count) {
            guard let service = due.popFirst() else { return }
            rows[Int(service)].flags.remove(.due)
            assess(service, at: now)
        }
    }

    /// They could not be looked at: they wait on.
    package mutating func putBack(_ services: ArraySlice<ServiceKey>) {
        for waiting in services where rows[Int(waiting.service)].flags.contains(.due) { due.append(waiting.service) }
    }

    /// Reads what is about to be needed of each of them in a tight loop, so that their cache misses overlap.
    private mutating func touch(_ services: [UInt32]) {
        for service in services { touched ^= rows[Int(service)].lastHeard }
        for service in services { touched ^= Int64(logged[Int(service)].bits) }
        touched ^= wheel.touch(services) ^ board.touch(services)
    }

    /// Goes over all services whose state is unknown or rests on a session, about `limit` at a time: after the back end
    /// was lost or came back.
    ///
    /// Returns whether there is more to go over.
    package mutating func continueSweep(limit: Int, at now: Instant) -> Bool {
        guard let from = sweep, pause == nil else { return false }
        let to = min(from + limit, rows.count)
        for number in from..<to {
            let service = UInt32(number)
            let verdict = board.standings[number].verdict
            if verdict.state == .unknown || verdict.reason == .session, board.isListed(service) {
                assess(service, at: now)
            }
        }
        sweep = to < rows.count ? to : nil
        return sweep != nil
    }

    /// Decides on a service by all that is known of it, publishes what changed and files its next deadline.
    ///
    /// A deadline that passed makes nobody down here unless `isJudged`: the service is put among those who wait.
    mutating func assess(_ service: UInt32, at now: Instant, isJudged: Bool = false) {
        let number = Int(service)
        let row = rows[number]
        guard !row.flags.contains(.deleted) else { return }
        let heardUntil = row.heardUntil
        let isHeard = row.flags.contains(.heard) && now < heardUntil
        let deadline = isHeard ? heardUntil : blind.deadline(row)
        let old = board.standings[number].verdict

        var evidence = Evidence()
        evidence.isForcedDown = row.flags.contains(.forced)
        evidence.hasLeft = row.flags.contains(.left)
        evidence.hasFailed = hasFailed(service)
        evidence.isHeard = isHeard
        if !sessions.isEmpty { addSessions(of: service, row, to: &evidence) }
        let memoryDoubt = now >= deadline ? memoryDoubt(of: service, row, at: now) : nil
        evidence.driverDoubt = health.doubt ?? partDoubt(of: service) ?? memoryDoubt?.reason
        if now < deadline && !evidence.hasFailed || pause != nil {
            evidence.localDoubt = localDoubt(row)
        }
        if !doubtsOfOthers.isEmpty { dropDoubtOfAnother(about: service, at: now) }
        let doubtEnds = now >= deadline ? doubtOfReporters(of: service, row, at: now) : nil
        evidence.isReporterLost = doubtEnds != nil
        if !brakes.isEmpty { evidence.isBraked = brakes.holds(board.profiles[board.cards[number].profile]) }
        evidence.isNeverReported =
            row.flags.contains(.neverHeard) && (row.flags.contains(.imported) || now < deadline)
        if old.state == .down, old.reason.isEarned(hasFailed: evidence.hasFailed) { evidence.earnedDown = old.reason }
        evidence.lastState = old.lastKnown

        var verdict = Verdict.decide(evidence)
        if !isJudged, verdict != old, evidence.earnedDown == nil {
            if evidence.hasFailed, verdict.needsTheBrake { return waitForTheBrake(service, at: now) }
            if verdict.needsJudgement { return waitToBeJudged(service) }
        }
        if settings.policy != .driver, !shadows.isEmpty {
            verdict = agreed(verdict, on: service, isBraked: evidence.isBraked, at: now)
        }
        if verdict != old {
            if isJudged, verdict.reason == .heartbeatMissed { noteSilence(of: service, row, deadline, old, at: now) }
            stand(service, verdict, at: now, isJudged: isJudged)
        } else if verdict.state == .up {
            // A record that came as up: from now on its heartbeats have nothing to lift.
            rows[number].flags.insert(.up)
            if !brakes.failures.isEmpty { brakes.failures[service] = nil }
        }
        if verdict.state != .down, now < deadline { wheel.file(service, due: deadline) }
        if verdict.reason == memoryDoubt?.reason, let memoryDoubt { wheel.file(service, due: memoryDoubt.end) }
        if verdict.reason == .reporterLost, let doubtEnds {
            wheel.file(service, due: doubtEnds)
            if !relays.isEmpty { relays.held(service) }
        }
    }

    /// Whether it was reported failed, and no newer heartbeat came.
    func hasFailed(_ service: UInt32) -> Bool {
        let flags = rows[Int(service)].flags
        return flags.contains(.several) ? haveWorkersFailed(service) : flags.contains(.failed)
    }

    /// One last heard elsewhere is measured there, where it is known when.
    private mutating func noteSilence(
        of service: UInt32,
        _ row: RosterRow,
        _ deadline: Instant,
        _ old: Verdict,
        at now: Instant
    ) {
        guard row.flags.contains(.heard), !row.flags.contains(.elsewhere) else { return }
        let topic = board.profile(of: service).topic
        arrivals.died(arrivalKind(of: service))
        // Who was held back on purpose was not noticed late.
        guard old.reason != .massFailure, old.reason != .reporterLost else { return }
        judgements.add(.down(topic: topic, delay: now - deadline, silence: now - row.heardAt))
    }

    /// What other services it is alike to.
    func arrivalKind(of service: UInt32) -> Arrivals.Kind {
        let card = board.cards[Int(service)]
        return Arrivals.Kind(
            topic: board.profiles[card.profile].topic,
            reportInterval: card.reportInterval,
            downTime: rows[Int(service)].downDuration
        )
    }

    /// There are services of those kinds.
    package mutating func note(_ kinds: Set<Arrivals.Kind>) {
        for kind in kinds { arrivals.note(kind) }
    }

    /// Takes how far apart heartbeats came since it was last asked.
    package mutating func takeArrivals() -> [Arrivals.Kind: Arrivals.Tally] {
        defer { arrivals = Arrivals() }
        return arrivals.tallies
    }

    /// Takes what came of judging since it was last asked.
    package mutating func takeJudgements() -> [Judgement] { judgements.take() }

    private mutating func waitToBeJudged(_ service: UInt32) {
        guard !rows[Int(service)].flags.contains(.due) else { return }
        rows[Int(service)].flags.insert(.due)
        due.append(service)
    }

    private mutating func waitForTheBrake(_ service: UInt32, at now: Instant) {
        guard !rows[Int(service)].flags.contains(.failing) else { return }
        noteFailure(of: service, at: now)
        rows[Int(service)].flags.insert(.failing)
        failing.append(service)
    }

    /// Row 4 where only a part of the back end is lost.
    private func partDoubt(of service: UInt32) -> Reason? {
        !parts.isEmpty && parts.isLost(service) ? .backendLost : nil
    }

    private func localDoubt(_ row: RosterRow) -> Reason? {
        if row.flags.contains(.neverHeard) { return nil }
        return row.flags.contains(.heard) ? blind.cause(heard: row.heardAt) : .starting
    }

    mutating func stand(_ service: UInt32, _ verdict: Verdict, at now: Instant, isJudged: Bool) {
        let number = Int(service)
        var standing = board.standings[number]
        let before = standing.verdict.stateBeforeDoubts(returningTo: verdict.state, recorded: logged[number].verdict)
        let recorded = logged[number].verdict
        // Who was told of it is told by no row that it is so no longer.
        if standing.verdict.isNews(after: recorded), !verdict.isNews(after: recorded) { board.untold &+= 1 }
        if !verdict.reason.isLocalOpinion, verdict.state != before { standing.since = wall(now) }
        standing.verdict = verdict
        board.stand(service, standing)
        var flags = rows[number].flags.union(.tell)
        if verdict.state == .up { flags.insert(.up) } else { flags.remove(.up) }
        if verdict.isNews(after: logged[number].verdict) { unrecorded.insert(service) }
        rows[number].flags = flags
        isChanged = true
        if rows[number].flags.contains(.several) { publishWorkers(of: service) }
        if verdict.state == .down {
            wheel.withdraw(service)
            leaveRelay(service)
        }
        if verdict.state != .unknown, !doubtsOfOthers.isEmpty { doubtsOfOthers[service] = nil }
        if verdict.state == .up {
            if !brakes.failures.isEmpty { brakes.failures[service] = nil }
            if !health.missing.isEmpty { health.missing.remove(service) }
        }
        if isJudged, verdict.state == .down { counters.judgedDown &+= 1 }
    }
}

extension Verdict {
    /// The last state that was not unknown.
    var lastKnown: LivenessState? { state == .unknown ? lastState : state }

    /// The state that counts as the one before, when `state` is decided now and the log ends with `recorded`.
    ///
    /// Our own doubts are left out: when they pass, what was true before goes on being true since then.
    fileprivate func stateBeforeDoubts(returningTo state: LivenessState, recorded: Verdict) -> LivenessState? {
        guard reason.isLocalOpinion else { return self.state }
        return recorded.state == state ? state : lastKnown
    }

    /// Whether silence alone brings it about: then nobody may have heard the service unseen.
    fileprivate var needsJudgement: Bool {
        switch reason {
        case .heartbeatMissed, .sessionExpired, .reporterLost, .massFailure: true
        default: false
        }
    }

    /// Whether it is what becomes of one who was reported failed, once the brake was looked at.
    fileprivate var needsTheBrake: Bool { reason == .reportedFailed || reason == .massFailure }
}

extension Reason {
    /// Whether a down with this reason stays until something newer is heard.
    fileprivate func isEarned(hasFailed: Bool) -> Bool {
        self == .heartbeatMissed || self == .sessionExpired || self == .reportedFailed && hasFailed
    }
}
