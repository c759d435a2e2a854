/// Relays: whose heartbeats come by whom, and what the silence of a lost relay's services proves (row 7).
///
/// A relay is lost to a service when it has not called for 1.5 × the service's report_interval or its own, whichever is
/// longer, and for no less than makes a daemon silent. What the service said since, nobody here could hear.
extension LivenessMachine {
    // MARK: Who was heard by whom

    /// Heartbeats came through a relay.
    ///
    /// - Parameters:
    ///   - host: The host of the relay; empty where they came directly.
    ///   - heard: From when on they count.
    /// - Returns: The relay's number; `direct` for one that is not known yet.
    mutating func relayCalled(_ host: [UInt8], at heard: Instant) -> UInt16 {
        if host.isEmpty || relays.isEmpty { return Relays.direct }
        let number = relays.number(ofHost: host)
        guard let relay = relays[number] else { return Relays.direct }
        let wasLost = blind.deadline(heard: relay.lastCall, downTime: patience(at: relay.pace)) <= heard
        if relays.called(number, at: heard, wasLost: wasLost) { sweep = 0 }
        return number
    }

    /// Notes by whom the services of a call's outcomes were heard: those from `first` on.
    ///
    /// A relay is known once it has brought a heartbeat that counts: whoever only says to be one takes no place.
    mutating func noteWay(
        of outcomes: [HeartbeatOutcome],
        from first: Int,
        by known: UInt16,
        on host: [UInt8],
        at heard: Instant
    ) {
        var relay = known
        if relay == Relays.direct, !host.isEmpty, outcomes[first...].contains(where: { $0.kind == .renewed }) {
            relay = place(relayOn: host, at: heard)
        }
        if relays.isEmpty { return }
        for position in first..<outcomes.count where outcomes[position].kind == .renewed {
            noteWay(of: outcomes[position].service, by: relay)
        }
        if relay != Relays.direct { relays.counted(relay) }
    }

    /// A service was heard by a relay.
    ///
    /// What lives on the relay's own host dies with it: its silence needs no other explanation.
    mutating func noteWay(of service: UInt32, by number: UInt16) {
        guard service != HeartbeatOutcome.noService, relays.number(of: service) != number else { return }
        let isNeighbour =
            relays[number].map { relay in board.withName(of: service) { host, _ in host.elementsEqual(relay.host) } }
            ?? false
        if isNeighbour, let lastCall = relays[number]?.lastCall {
            relays.beat(number, every: board.cards[Int(service)].reportInterval, at: lastCall)
        }
        let way = isNeighbour ? Relays.direct : number
        if relays.moved(service, to: way, fraction: settings.brake.fraction) { sweep = 0 }
    }

    /// What the store admitted was heard by the relay on that host.
    mutating func noteWay(ofAdmitted service: UInt32, byRelayOn host: [UInt8], at heard: Instant) {
        if relays.isEmpty, host.isEmpty { return }
        noteWay(of: service, by: host.isEmpty ? Relays.direct : place(relayOn: host, at: heard))
    }

    private mutating func place(relayOn host: [UInt8], at heard: Instant) -> UInt16 {
        relays.place(host, services: rows.count, pace: settings.reportInterval, at: heard)
    }

    /// Nobody waits for a relay to say more of the service: it was heard elsewhere, or is down.
    mutating func leaveRelay(_ service: UInt32) {
        if relays.isEmpty { return }
        noteWay(of: service, by: Relays.direct)
    }

    /// How many relays are known.
    package var relayCount: Int { relays.count }

    // MARK: What its loss explains

    /// Until when silence proves nothing (row 7), because it may be that of a daemon or of a relay; nil when neither is.
    func doubtOfReporters(of service: UInt32, _ row: RosterRow, at now: Instant) -> Instant? {
        var end = isShared ? reporterDoubt(of: service, at: now) : nil
        if !relays.isEmpty, let relay = relayDoubt(of: service, row, at: now) { end = max(end ?? relay, relay) }
        if !doubtsOfOthers.isEmpty, let other = doubtsOfOthers[service], now < other { end = max(end ?? other, other) }
        return end
    }

    /// Until when the absence of the relay by which a service was last heard explains its silence; nil when it does not.
    ///
    /// Lost: for `brake.max_hold`, while more than `brake.fraction` of those on other hosts that it reported for are heard
    /// in no other way. Where their agents know a second endpoint the living come there within an interval.
    ///
    /// Back again: as blind time, and no longer than twice the service's report_interval, within which the relay hears who
    /// lives.
    func relayDoubt(of service: UInt32, _ row: RosterRow, at now: Instant) -> Instant? {
        guard let relay = relays.relay(of: service) else { return nil }
        let interval = board.cards[Int(service)].reportInterval
        // Whatever a relay does, a death is noticed.
        let last = blind.deadline(row) + settings.brake.maxHold
        // An interval less than the down time at the most: whoever spoke last through it would be down before it is lost.
        let patience = min(patience(at: max(interval, relay.pace)), row.downDuration - interval)
        if blind.deadline(heard: relay.lastCall, downTime: patience) <= now {
            guard relay.explainsSilence(beyond: settings.brake.fraction) else { return nil }
            let end = blind.deadline(heard: relay.lastCall, downTime: patience + settings.brake.maxHold)
            return now < min(end, last) ? min(end, last) : nil
        }
        guard let absence = relay.absence, row.heardAt < absence.ended else { return nil }
        let unseen = max(absence.began, row.heardAt)
        guard blind.deadline(heard: unseen, downTime: patience) <= absence.ended else { return nil }
        let end = min(
            blind.deadline(heard: absence.ended, downTime: interval * 2),
            blind.deadline(row) + (absence.ended - unseen),
            last
        )
        return now < end ? end : nil
    }

    /// How long whoever calls at such a pace may be silent before it is lost.
    private func patience(at pace: Duration) -> Duration {
        max(min(settings.observationLostAfter, settings.shortestDownTime * 3 / 5), pace * 3 / 2)
    }

    // MARK: What other daemons know of relays

    /// Another daemon has recorded that the reporter of a service is lost.
    ///
    /// Where nothing here says so, it knows a relay that this one does not, and ends that doubt. Should it end itself, this
    /// one does after `brake.max_hold`.
    mutating func noteDoubtOfAnother(about service: UInt32, at now: Instant) {
        guard isShared, reporterDoubt(of: service, at: now) == nil,
            relays.isEmpty || relayDoubt(of: service, rows[Int(service)], at: now) == nil
        else { return }
        doubtsOfOthers[service] = now + settings.brake.maxHold + settings.observationLostAfter
    }

    /// It was recorded before this daemon started that the reporter of a service is lost, and nobody else is there to know
    /// whether it is back: what was left of `brake.max_hold` when the newest stamp of the table was written is left still.
    mutating func takeOverDoubt(
        about service: UInt32,
        _ record: ServiceRecord,
        newestStamp: Timestamp?,
        at now: Instant
    ) {
        let spent = newestStamp.map { max(.zero, $0 - record.recorded.since) } ?? .zero
        doubtsOfOthers[service] = now + max(settings.brake.maxHold - spent, record.reportInterval * 2)
    }

    /// Where a daemon is silent to this one, too, its own doubt is all there is.
    mutating func dropDoubtOfAnother(about service: UInt32, at now: Instant) {
        guard !doubtsOfOthers.isEmpty, doubtsOfOthers[service] != nil, isShared else { return }
        if reporterDoubt(of: service, at: now) != nil { doubtsOfOthers[service] = nil }
    }
}
