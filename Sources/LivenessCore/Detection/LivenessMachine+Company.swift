/// Several daemons over one back end: what the others heard, what they recorded, and who of them can be relied on.
extension LivenessMachine {
    /// Heartbeats that other daemons heard, as an observation found them.
    ///
    /// Returns the ids of the records that must be read: what the back end shows of them is more than a heartbeat of
    /// what is known.
    package mutating func heartbeatsObserved(_ heartbeats: ArraySlice<ObservedHeartbeat>, at now: Instant) -> [Int64] {
        noticePause(at: now)
        return heartbeats.compactMap { observed($0, at: now) ? nil : $0.id }
    }

    /// Returns whether its record is known.
    private mutating func observed(_ heartbeat: ObservedHeartbeat, at now: Instant) -> Bool {
        guard let service = board.find(heartbeat.uuid) else { return false }
        let row = rows[Int(service)]
        let card = board.cards[Int(service)]
        let number = Int64(card.incarnationNumber)
        // What an observation read may be older than what a record has brought since.
        if heartbeat.incarnationNumber < number || row.flags.contains(.deleted) { return true }
        if heartbeat.incarnationNumber == number, !isNewer(heartbeat, row, of: service) { return true }
        if let sequence = heartbeat.sequence, heartbeat.incarnationNumber == number {
            rows[Int(service)].sequence = max(row.sequence, sequence)
        }
        heardElsewhere(service, reportCount: UInt32(clamping: heartbeat.reportCount), at: now)
        return heartbeat.incarnationNumber == number && row.flags.isDisjoint(with: [.left, .failed, .neverHeard])
            && heartbeat.version == card.version && heartbeat.reportInterval == card.reportInterval
    }

    /// Heartbeats that other daemons heard, of incarnations that are not known here.
    ///
    /// The service lives, whoever it is: only one that is known to be replaced or gone says nothing. Returns the ids of
    /// the records that must be read.
    package mutating func unrecognisedObserved(
        _ heartbeats: ArraySlice<UnrecognisedHeartbeat>,
        at now: Instant
    ) -> [Int64] {
        noticePause(at: now)
        var unread: [Int64] = []
        for heartbeat in heartbeats {
            guard let service = board.find(heartbeat.uuid) else { continue }
            if let incarnation = heartbeat.incarnation {
                if rejection(of: board.hasher.incarnation(incarnation), of: service) != nil { continue }
                let isListed = rows[Int(service)].flags.isDisjoint(with: [.deleted, .left])
                let reportCount = board.hearings[Int(service)].reportCount
                if isListed { heardElsewhere(service, reportCount: reportCount, at: now) }
            }
            unread.append(heartbeat.id)
        }
        return unread
    }

    /// A heartbeat without a sequence is new whenever it is observed; so is one of several workers, whose sequences are
    /// their own.
    private func isNewer(_ heartbeat: ObservedHeartbeat, _ row: RosterRow, of service: UInt32) -> Bool {
        guard let sequence = heartbeat.sequence, !row.flags.contains(.several) else { return true }
        return sequence > row.sequence
    }

    /// Another daemon heard it: that counts from when it is first seen here.
    mutating func heardElsewhere(_ service: UInt32, reportCount: UInt32, at now: Instant) {
        let number = Int(service)
        let heard = pause?.began ?? now
        if rows[number].flags.contains(.heard), rows[number].lastHeard >= heard.nanoseconds { return }
        board.hearings[number] = Hearing(heard: heard, reportCount: reportCount)
        leaveRelay(service)
        let isPlain = rows[number].flags.isSuperset(of: [.up, .heard]) && wheel.holds(service)
        setDownTime(of: service)
        rows[number].lastHeard = heard.nanoseconds
        rows[number].flags.insert([.heard, .elsewhere])
        rows[number].flags.remove(.neverHeard)
        // As a renewal of our own: no timer moves.
        if !isPlain || !wheel.holds(service) { assess(service, at: now) }
    }

    /// The other daemons that heard these services have not heard them for 1.5 × their report_interval or a little longer:
    /// whom this one knows only from them is as silent here.
    ///
    /// What was seen before says that they were heard, and not when: a deadline may move either way. Whom this daemon has
    /// heard itself they may have heard later, and nothing else may say so. It lifts nobody.
    package mutating func silenceObserved(_ services: ArraySlice<UInt32>, at now: Instant) {
        for service in services where Int(service) < rows.count {
            let row = rows[Int(service)]
            guard row.flags.contains(.heard), row.flags.isDisjoint(with: [.deleted, .left]) else { continue }
            let heard = (now - board.cards[Int(service)].reportInterval * 3 / 2).nanoseconds
            let isUp = board.standings[Int(service)].verdict.state == .up
            if row.flags.contains(.elsewhere) {
                rows[Int(service)].lastHeard = isUp ? heard : min(row.lastHeard, heard)
            } else if isUp, heard > row.lastHeard {
                rows[Int(service)].lastHeard = heard
                rows[Int(service)].flags.insert(.elsewhere)
            } else {
                continue
            }
            assess(service, at: now)
        }
    }

    /// Takes over what another daemon has recorded; a down not while this one hears the service itself.
    ///
    /// Whoever recorded it had seen all that could be seen, and we have only seen what others heard: else two daemons
    /// would contradict each other until both deadlines have passed.
    mutating func takeOver(_ recorded: RecordedState, of service: UInt32, at now: Instant) {
        let number = Int(service)
        let row = rows[number]
        if row.flags.contains(.deleted) { return }
        // Time in which this daemon was blind helps nobody here: who recorded it was not.
        let isHeardHere = row.flags.contains(.heard) && !row.flags.contains(.elsewhere) && now < row.heardUntil
        switch recorded.reason {
        case .heartbeat, .session:
            // The down that stood here is over, also where what is left of its time is for this daemon to judge.
            let stood = board.standings[number].verdict
            if stood.reason == .heartbeatMissed || stood.reason == .sessionExpired {
                stand(service, recorded.verdict, at: now, isJudged: false)
            }
            heardElsewhere(service, reportCount: board.hearings[number].reportCount, at: now)
            assess(service, at: now)
        case .heartbeatMissed, .sessionExpired, .reporterLost, .massFailure:
            if isHeardHere { return }
            rows[number].lastHeard = min(row.lastHeard, (now - row.downDuration).nanoseconds)
            if recorded.reason == .reporterLost { noteDoubtOfAnother(about: service, at: now) }
            if board.standings[number].verdict != recorded.verdict {
                stand(service, recorded.verdict, at: now, isJudged: false)
            }
        case .reportedFailed where hasFailed(service):
            noteFailure(of: service, at: now)
            if board.standings[number].verdict != recorded.verdict {
                stand(service, recorded.verdict, at: now, isJudged: false)
            }
        default:
            // The record itself says so.
            return
        }
    }

    /// What an observation found of the other daemons which began at `began`: their rows, and the brakes they hold.
    package mutating func othersObserved(_ observation: BackendObservation, began: Instant, at now: Instant) {
        partsObserved(observation, began: began, at: now)
        guard isShared else { return }
        if let brakes = observation.brakes { brakesObserved(brakes, began: began, at: now) }
        let hasChanged = company.observed(
            observation.daemons,
            own: settings.daemon,
            began: began,
            silence: settings.observationLostAfter
        )
        // Row 7 may begin or end for any service.
        if hasChanged { sweep = 0 }
    }

    private mutating func partsObserved(_ observation: BackendObservation, began: Instant, at now: Instant) {
        if observation.parts.isEmpty, parts.isEmpty { return }
        if let places = observation.places { parts.placed(places) }
        let silence = settings.observationLostAfter
        let own = settings.daemon
        var hasChanged = false
        changeParts { parts in
            hasChanged = parts.observed(
                observation.parts,
                observation.daemons,
                isOld: observation.isDatabaseLost,
                own: own,
                began: began,
                at: now,
                silence: silence
            )
        }
        if hasChanged { sweep = 0 }
    }

    /// Who has not left and may hold heartbeats of the service, and since when it was last seen.
    func silentDaemons(for service: UInt32, at now: Instant) -> [(id: String, lastSeen: Instant)] {
        let silence = settings.observationLostAfter
        return parts.isEmpty
            ? company.silent(at: now, silence: silence) : parts.silent(service, at: now, silence: silence)
    }

    /// All that anybody heard of the service before this has been seen here.
    func proven(_ service: UInt32) -> Instant { parts.isEmpty ? company.proven : parts.proven(service) }

    /// Whether other daemons live: they must see what this one hears, soon.
    package func hasCompany(at now: Instant) -> Bool {
        company.isPresent(at: now, silence: settings.observationLostAfter)
            || parts.isAnyonePresent(at: now, silence: settings.observationLostAfter)
    }

    /// Whether that daemon was seen to write lately; nil when that cannot be told.
    package func isLiving(daemon id: String, at now: Instant) -> Bool? {
        let silence = settings.observationLostAfter
        guard isShared, health.lostSince == nil, now - health.lastObservation <= silence else { return nil }
        return company.isLiving(id, at: now, silence: silence)
    }

    /// Whether an operator may retire that daemon: it is none of those that live, as far as can be seen.
    package func mayRetire(daemon id: String, at now: Instant) -> Bool {
        if id == settings.daemon { return false }
        // Nobody else can use what is not shared.
        if !isShared { return true }
        let silence = settings.observationLostAfter
        // To one that sees nothing, all others look silent.
        guard pause == nil, health.lostSince == nil, now - health.lastObservation <= silence else { return false }
        return company.isLiving(id, at: now, silence: silence) == false
    }

    /// Until when a silent daemon may hold heartbeats of this service that cannot be seen (row 7); nil when none is.
    ///
    /// A daemon that is cut off refuses heartbeats once it knows, and the next one goes elsewhere: three times the
    /// service's report_interval by default, and never less than it takes.
    func reporterDoubt(of service: UInt32, at now: Instant) -> Instant? {
        let silence = settings.observationLostAfter
        let doubt =
            parts.isEmpty
            ? company.doubt(at: now, silence: silence)
            : [parts.doubt(service, at: now, silence: silence), company.crash].compactMap(\.self).max()
        guard let lastSeen = doubt else { return nil }
        let interval = board.cards[Int(service)].reportInterval
        let end = lastSeen + max(interval * 3, settings.flushLostAfter + interval * 2)
        return now < end ? end : nil
    }
}
