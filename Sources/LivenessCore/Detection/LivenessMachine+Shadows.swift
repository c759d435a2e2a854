/// Drivers in the shadow of the one that decides: what they showed, where they contradict what stands, and what their
/// word is worth.
extension LivenessMachine {
    /// A driver and a service of whom it says otherwise than what stands.
    package struct Disagreement: Hashable, Sendable {
        package var driver: String
        package var service: UInt32
        package var opinion: LivenessState
        package var decided: Verdict
        /// When the driver last showed it to live, and since when it contradicts.
        package var lastShown: Instant
        package var since: Instant
    }

    /// A driver runs in the shadow from now on.
    package mutating func addShadow(_ driver: String, at now: Instant) {
        shadows.append(ShadowView(driver: driver, at: now))
    }

    private func shadowNumber(_ driver: String) -> Int? { shadows.firstIndex { $0.driver == driver } }

    // MARK: What it shows

    /// The driver has written that these were heard, at `heard` or before.
    package mutating func shadowWrote(_ driver: String, _ services: ArraySlice<UInt32>, heard: Instant) {
        guard let number = shadowNumber(driver) else { return }
        for service in services where Int(service) < rows.count {
            let row = rows[Int(service)]
            shadows[number].show(service, at: row.flags.contains(.elsewhere) ? heard : min(heard, row.heardAt))
        }
    }

    /// Whether these were heard less than their down time ago: others would take what is older for news.
    package func areHeard(_ services: ArraySlice<UInt32>, at now: Instant) -> [Bool] {
        services.map { Int($0) < rows.count && now < rows[Int($0)].heardUntil }
    }

    /// All that was heard before `whole` was written; nil where a part of it is still to come.
    package mutating func shadowFlushed(_ driver: String, whole: Instant?, at now: Instant) {
        guard let number = shadowNumber(driver) else { return }
        shadows[number].health.lastFlush = now
        shadows[number].flushed = max(shadows[number].flushed, whole ?? .distantPast)
    }

    /// Heartbeats that other daemons heard, as the driver showed them.
    package mutating func shadowShowed(_ driver: String, _ heartbeats: ArraySlice<ObservedHeartbeat>, at now: Instant) {
        guard let number = shadowNumber(driver) else { return }
        for heartbeat in heartbeats {
            guard let service = board.find(heartbeat.uuid),
                heartbeat.incarnationNumber >= Int64(board.cards[Int(service)].incarnationNumber)
            else { continue }
            shadows[number].show(service, at: pause?.began ?? now)
        }
    }

    /// The same of incarnations that are not known here.
    package mutating func shadowShowed(
        _ driver: String,
        _ heartbeats: ArraySlice<UnrecognisedHeartbeat>,
        at now: Instant
    ) {
        guard let number = shadowNumber(driver) else { return }
        for heartbeat in heartbeats {
            guard let service = board.find(heartbeat.uuid),
                rejection(of: board.hasher.incarnation(heartbeat.incarnation), of: service) == nil
            else { continue }
            shadows[number].show(service, at: pause?.began ?? now)
        }
    }

    /// Sessions of services' own with its back end.
    package mutating func shadowShowed(_ driver: String, _ observed: ArraySlice<ObservedSession>, at now: Instant) {
        guard let number = shadowNumber(driver) else { return }
        for session in observed {
            guard let service = board.find(session.uuid) else { continue }
            let hash = board.hasher.incarnation(session.incarnation)
            if session.isStanding {
                shadows[number].sessions.begin(hash, of: service, at: now)
                shadows[number].show(service, at: now)
            } else {
                shadows[number].sessions.end(hash, of: service)
            }
        }
    }

    /// What an observation showed has been taken in, and it was not complete: of the back end itself it still says this.
    package mutating func shadowGlimpsed(_ driver: String, _ observation: BackendObservation, at now: Instant) {
        guard let number = shadowNumber(driver) else { return }
        if observation.isEmptied { shadows[number].health.emptied = now }
        if observation.isEvicting { shadows[number].health.evicted = now }
    }

    /// A complete observation that began at `began` has ended, and what it showed has been taken in.
    package mutating func shadowObserved(
        _ driver: String,
        _ observation: BackendObservation,
        began: Instant,
        at now: Instant
    ) {
        guard let number = shadowNumber(driver) else { return }
        for service in observation.silent where Int(service) < rows.count {
            let interval = board.cards[Int(service)].reportInterval
            shadows[number].showSilence(of: service, since: now - interval * 3 / 2)
        }
        shadows[number].health.lastObservation = now
        shadows[number].lastLook = began
        if isShared {
            _ = shadows[number].company.observed(
                observation.daemons,
                own: settings.daemon,
                began: began,
                silence: settings.observationLostAfter
            )
        }
        shadowGlimpsed(driver, observation, at: now)
    }

    /// The number is another service's from now on.
    mutating func forgetShadows(of service: UInt32) {
        for number in shadows.indices { shadows[number].forget(service) }
    }

    // MARK: What it says

    /// Whether a driver in the shadow answers; nil where it is none.
    package func isShadowLost(_ driver: String, at now: Instant) -> Bool? {
        shadows.first { $0.driver == driver }.map { isLost($0, at: now) }
    }

    private func isLost(_ shadow: ShadowView, at now: Instant) -> Bool {
        now - shadow.health.lastObservation > settings.observationLostAfter
            || now - shadow.health.lastFlush > settings.flushLostAfter
    }

    /// What the driver says of a service; nil when it never held it.
    ///
    /// Its silence counts after the down time, once an observation has begun that would have shown anything heard until
    /// then, and while nothing is known against its back end.
    func opinion(of shadow: ShadowView, on service: UInt32, at now: Instant) -> LivenessState? {
        guard let shown = shadow.lastShown(service) else { return nil }
        let row = rows[Int(service)]
        if !shadow.sessions.isEmpty, holdsSession(service, shadow.sessions), !isLost(shadow, at: now) { return .up }
        let deadline = blind.deadline(heard: shown, downTime: row.downDuration)
        if now < deadline { return .up }
        if isDoubtful(shadow, of: row, shown, at: now) { return .unknown }
        return shadow.lastLook > deadline + settings.showing ? .down : .up
    }

    /// Whether its silence would show to be a down, were it to decide: all that this daemon and the others heard until the
    /// deadline has been seen in it, and none of them may hold what it does not show.
    private func isProven(_ shadow: ShadowView, on service: UInt32, at now: Instant) -> Bool {
        guard let shown = shadow.lastShown(service), !isUnanswered(service) else { return false }
        let deadline = blind.deadline(heard: shown, downTime: rows[Int(service)].downDuration)
        return shadow.flushed > deadline && (!isShared || shadow.company.proven > deadline)
            && shadow.company.doubt(at: now, silence: settings.observationLostAfter) == nil
    }

    /// What the driver's word is worth where it counts: a silence that is not proven is no knowledge.
    private func word(of shadow: ShadowView, on service: UInt32, at now: Instant) -> LivenessState? {
        let opinion = opinion(of: shadow, on: service, at: now)
        return opinion == .down && !isProven(shadow, on: service, at: now) ? .unknown : opinion
    }

    /// Whether its silence about the service since `shown` says nothing now.
    private func isDoubtful(_ shadow: ShadowView, of row: RosterRow, _ shown: Instant, at now: Instant) -> Bool {
        let doubts = [shadow.health.emptied, shadow.health.evicted].compactMap(\.self)
        return isLost(shadow, at: now) || doubts.contains { shown < $0 && now < $0 + row.downDuration }
    }

    /// What becomes of the deciding driver's verdict where the others have a say.
    ///
    /// What an operator or the service itself said, and what this daemon does not trust itself in, is not theirs.
    func agreed(_ verdict: Verdict, on service: UInt32, isBraked: Bool, at now: Instant) -> Verdict {
        switch verdict.reason {
        case .forcedDown, .left, .reportedFailed, .localPause, .starting, .neverReported: return verdict
        case .heartbeat, .session, .heartbeatMissed, .sessionExpired, .massFailure, .reporterLost, .backendLost,
            .backendRestarted, .backendEvicting:
            break
        }
        let opinions = shadows.compactMap { word(of: $0, on: service, at: now) }
        let unknown = Verdict(.unknown, .backendLost, lastState: board.standings[Int(service)].verdict.lastKnown)
        switch settings.policy {
        case .driver: return verdict
        case .all:
            if verdict.state == .down { return verdict }
            if opinions.contains(.down) {
                return isBraked
                    ? Verdict(.unknown, .massFailure, lastState: unknown.lastState) : Verdict(.down, .heartbeatMissed)
            }
            return verdict.state == .up && opinions.contains(.unknown) ? unknown : verdict
        case .any:
            if verdict.state == .up { return verdict }
            if opinions.contains(.up) { return Verdict(.up, .heartbeat) }
            // A death that stands already is no doubt again because a back end does not answer.
            let stood = board.standings[Int(service)].verdict
            if stood.state == .down, stood.reason.isEarnedDown { return verdict }
            return verdict.state == .down && opinions.contains(.unknown) ? unknown : verdict
        }
    }

    /// Whether a driver in the shadow, whose word alone makes services down, has not shown it for 1.5 × its report_interval:
    /// silent, as the brake counts.
    func isSilentInTheShadow(_ service: UInt32, at now: Instant) -> Bool {
        guard settings.policy == .all else { return false }
        let patience = board.cards[Int(service)].reportInterval * 3 / 2 + settings.showing
        return shadows.contains { shadow in
            guard let shown = shadow.lastShown(service) else { return false }
            return blind.deadline(heard: shown, downTime: patience) <= now
                && !isDoubtful(shadow, of: rows[Int(service)], shown, at: now)
        }
    }

    // MARK: Comparing

    /// Compares what the driver says with what stands, for up to `limit` services more.
    ///
    /// Returns whether there are more; the next call begins anew when there are none.
    package mutating func compareShadow(_ driver: String, limit: Int, at now: Instant) -> Bool {
        guard pause == nil, let number = shadowNumber(driver) else { return false }
        let from = shadows[number].next
        let to = min(from + limit, rows.count)
        for service in from..<max(from, to) { compare(UInt32(service), number, at: now) }
        shadows[number].next = to < rows.count ? to : 0
        return to < rows.count
    }

    private mutating func compare(_ service: UInt32, _ shadow: Int, at now: Instant) {
        let isListed = board.isListed(service)
        guard isListed, let opinion = opinion(of: shadows[shadow], on: service, at: now) else {
            shadows[shadow].conflicts[service] = nil
            return
        }
        if settings.policy != .driver, opinion != board.standings[Int(service)].verdict.state {
            assess(service, at: now)
        }
        guard contradicts(opinion, board.standings[Int(service)].verdict) else {
            shadows[shadow].conflicts[service] = nil
            return
        }
        var conflict = ShadowView.Conflict(opinion: opinion, found: now)
        if let before = shadows[shadow].conflicts[service], before.opinion == opinion { conflict = before }
        if now - conflict.found > settings.showing { conflict.isCounted = true }
        shadows[shadow].conflicts[service] = conflict
    }

    /// One says that it lives, and the other that silence has proved it dead.
    private func contradicts(_ opinion: LivenessState, _ verdict: Verdict) -> Bool {
        switch verdict.reason {
        case .heartbeat, .session: opinion == .down
        case .heartbeatMissed, .sessionExpired: opinion == .up
        default: false
        }
    }

    /// Why the driver may not decide yet: of how many services it says otherwise than what stands, or would not know.
    package func reservations(against driver: String) -> Int {
        guard let number = shadowNumber(driver) else { return 0 }
        return shadows[number].conflicts.values.count(where: \.isCounted) + sessionsUnknown(to: shadows[number])
    }

    /// What drivers in the shadow contradict, at most so many of them; and how many there are of each driver.
    package func disagreements(limit: Int) -> (listed: [Disagreement], counts: [String: Int]) {
        var listed: [Disagreement] = []
        var counts: [String: Int] = [:]
        for shadow in shadows {
            counts[shadow.driver] = shadow.conflicts.values.count(where: \.isCounted)
            guard listed.count < limit else { continue }
            let counted = shadow.conflicts.filter(\.value.isCounted)
            for (service, conflict) in counted.sorted(by: { $0.key < $1.key }).prefix(max(0, limit - listed.count)) {
                guard let shown = shadow.lastShown(service) else { continue }
                listed.append(
                    Disagreement(
                        driver: shadow.driver,
                        service: service,
                        opinion: conflict.opinion,
                        decided: board.standings[Int(service)].verdict,
                        lastShown: shown,
                        since: conflict.found
                    )
                )
            }
        }
        return (listed, counts)
    }

    // MARK: Switching

    /// A driver from the shadow decides from now on, and the one that did stands in the shadow.
    ///
    /// To be called when `takeOverShown` has gone over all services and nothing was asked of either driver since.
    ///
    /// - Parameters:
    ///   - driver: The one that decides from now on.
    ///   - before: The one that did.
    ///   - count: Of the flushes of `driver`.
    ///   - now: The present.
    package mutating func driverSwitched(to driver: String, from before: String, count: Int64, at now: Instant) {
        guard let number = shadowNumber(driver) else { return }
        if let since = health.lostSince {
            blind.add(BlindTime.Period(began: since, ended: now, cause: .backendLost))
            events.append(.recovered(.backendLost))
        } else if parts.isAnyLost {
            events.append(.recovered(.backendLost))
        }
        parts = Parts()
        let isDatabaseLost = health.isDatabaseLost
        let old = health
        health = shadows[number].health
        health.isDatabaseLost = isDatabaseLost
        let oldSessions = replaceSessions(by: shadows[number].sessions, at: now)
        shadows[number] = ShadowView(driver: before, at: now)
        for service in oldSessions.services { shadows[number].show(service, at: now) }
        shadows[number].sessions = oldSessions
        shadows[number].health.lastObservation = old.lastObservation
        shadows[number].health.lastFlush = old.lastFlush
        company.begunAnew(at: now, silence: settings.observationLostAfter)
        flushCount = count
        sweep = 0
    }

    /// What the driver has shown of up to `limit` services, from `first` on, counts as heard: nobody has less time
    /// because another driver decides.
    ///
    /// Returns where to go on; nil when that was all.
    package mutating func takeOverShown(_ driver: String, from first: Int, limit: Int) -> Int? {
        guard let shadow = shadows.first(where: { $0.driver == driver }) else { return nil }
        let to = min(first + limit, rows.count)
        for number in first..<max(first, to) {
            guard rows[number].flags.isSuperset(of: [.up, .heard]), let shown = shadow.lastShown(UInt32(number)),
                shown.nanoseconds > rows[number].lastHeard
            else { continue }
            rows[number].lastHeard = shown.nanoseconds
            rows[number].flags.insert(.elsewhere)
        }
        return to < rows.count ? to : nil
    }

    /// What a driver was to write or to remove, and did not: it decides now, and the next flush does it.
    package mutating func flushAgain(_ services: ArraySlice<UInt32>, removals gone: [ServiceKey]) {
        removals += gone
        for service in services where Int(service) < rows.count && !rows[Int(service)].flags.contains(.dirty) {
            rows[Int(service)].flags.insert(.dirty)
            dirty.append(service)
            guard rows[Int(service)].flags.contains(.several), var all = workers[service] else { continue }
            let living = lastTick - rows[Int(service)].downDuration
            for position in all.indices where all[position].lastHeard > living { all[position].isDirty = true }
            workers[service] = all
        }
    }
}
