/// Blind time and the back end: when this daemon trusts itself.
extension LivenessMachine {
    /// Marks that the daemon's loop runs, and what the wall clock says (for people only).
    package mutating func ticked(at now: Instant, wall: Timestamp) {
        noticePause(at: now)
        lastTick = max(lastTick, now)
        wallOffset = wall.microseconds &- now.nanoseconds / 1_000
        let observationIsOld = now - health.lastObservation > settings.observationLostAfter
        let flushIsOld = now - health.lastFlush > settings.flushLostAfter
        if health.lostSince == nil, observationIsOld || flushIsOld {
            let since = min(health.lastObservation, health.lastFlush)
            health.lostSince = since
            health.lostSinceWall = self.wall(since)
            if !parts.isAnyLost { events.append(.degraded(.backendLost)) }
            sweep = 0
        }
        if !parts.isEmpty {
            let (unseen, unflushed) = (settings.observationLostAfter, settings.flushLostAfter)
            let doubt = nextSight(.seconds(3_600))
            changeParts {
                $0.ticked(at: now, observationLostAfter: unseen, flushLostAfter: unflushed, doubt: doubt)
            }
        }
    }

    /// Says when the first part of the back end is lost by what `change` does, and when none is any more.
    mutating func changeParts(_ change: (inout Parts) -> Void) {
        let wasLost = parts.isAnyLost
        change(&parts)
        guard parts.isAnyLost != wasLost else { return }
        if !isWholeBackendLost { events.append(wasLost ? .recovered(.backendLost) : .degraded(.backendLost)) }
        sweep = 0
    }

    /// Looks whether the loop was late by more than the pause threshold.
    ///
    /// Whoever comes first after a stop, the ticker or a heartbeat that waited in a socket, notices it.
    mutating func noticePause(at now: Instant) {
        guard now - lastTick > pauseThreshold else { return }
        let period = BlindTime.Period(began: lastTick, ended: now, cause: .localPause)
        blind.add(period)
        if let before = pause {
            pause = BlindTime.Period(began: before.began, ended: now, cause: .localPause)
        } else {
            pause = period
            counters.pauses &+= 1
            events.append(.degraded(.localPause))
        }
        // The back end had no chance to be seen either.
        health.lastObservation = health.lastObservation + (now - lastTick)
        health.lastFlush = health.lastFlush + (now - lastTick)
        parts.paused(for: now - lastTick)
        lastTick = now
    }

    /// Whether this daemon was paused and has not caught up yet: then the back end is to be looked at, what waited in
    /// the sockets is to be read, and `caughtUp` is to be called.
    package var needsCatchUp: Bool { pause != nil }

    /// The back end was looked at and every event loop finished a read pass that began at `passBegan`: deadlines are
    /// judged again.
    package mutating func caughtUp(passBegan: Instant, at now: Instant) {
        guard let period = pause, passBegan >= period.ended else { return }
        // What came in while catching up counted from the beginning of the pause: so does the catching up.
        blind.add(BlindTime.Period(began: period.began, ended: now, cause: .localPause))
        pause = nil
        sweep = 0
        events.append(.recovered(.localPause))
    }

    /// A read pass before a judgement has ended.
    ///
    /// When it was not complete, heartbeats may wait unread: its time counts against nobody, and nobody is judged.
    package mutating func listened(from began: Instant, to ended: Instant, isComplete: Bool) {
        if !isComplete { blind.add(BlindTime.Period(began: began, ended: ended, cause: .localPause)) }
        guard isComplete == isDeaf else { return }
        isDeaf = !isComplete
        events.append(isComplete ? .recovered(.localPause) : .degraded(.localPause))
    }

    /// A complete observation that began at `began` has ended, and what changed has been taken in.
    package mutating func observed(_ observation: BackendObservation, began: Instant, at now: Instant) {
        if began - health.lastObservation > settings.observationLostAfter {
            blind.add(BlindTime.Period(began: health.lastObservation, ended: now, cause: .backendLost))
        }
        health.lastObservation = now
        health.isDatabaseLost = observation.isDatabaseLost
        if observation.isEmptied { health.emptied = now }
        if !observation.heldElsewhere.isEmpty || !heldElsewhere.isEmpty {
            heldElsewhere = Set(observation.heldElsewhere)
        }
        if observation.isEvicting { health.evicted = now }
        othersObserved(observation, began: began, at: now)
        if let head = observation.head { logSeen(head) }
        recoverIfSound(at: now)
    }

    /// These services were looked at, in an observation that began at `began`.
    package mutating func looked(
        at services: [ServiceKey],
        _ observation: BackendObservation,
        began: Instant,
        at now: Instant
    ) {
        othersObserved(observation, began: began, at: now)
        if health.missing.isEmpty, observation.missing.isEmpty { return }
        health.missing.subtract(services.map(\.service))
        health.missing.formUnion(observation.missing)
    }

    /// Why the back end's silence about a service proves nothing now, and until when (row 4).
    ///
    /// Whom this daemon heard itself needs no back end that remembers. A service beats again within its interval after
    /// the back end was emptied, or its part of it answers again, and that is seen; where keys are dropped, a missing one
    /// says nothing until that has ended for a down time.
    func memoryDoubt(of service: UInt32, _ row: RosterRow, at now: Instant) -> (reason: Reason, end: Instant)? {
        if !parts.isEmpty, let returned = parts.returned(service), row.heardAt < returned {
            let end = returned + nextSight(of: service)
            if now < end { return (.backendLost, end) }
        }
        guard isShared, row.flags.contains(.elsewhere) || !row.flags.contains(.heard) else { return nil }
        if let emptied = health.emptied, row.heardAt < emptied {
            let end = emptied + nextSight(of: service)
            if now < end { return (.backendRestarted, end) }
        }
        if let evicted = health.evicted, row.heardAt < evicted, health.missing.contains(service) {
            let end = evicted + row.downDuration
            if now < end { return (.backendEvicting, end) }
        }
        return nil
    }

    private func nextSight(of service: UInt32) -> Duration { nextSight(board.cards[Int(service)].reportInterval) }

    /// How long it takes at most until the next heartbeat of a service that lives is seen, whoever hears it.
    private func nextSight(_ reportInterval: Duration) -> Duration {
        reportInterval * 3 / 2 + settings.flushInterval + settings.observeInterval * 2
    }

    /// A flush went through.
    mutating func flushedSoundly(at now: Instant) {
        health.lastFlush = now
        recoverIfSound(at: now)
    }

    private mutating func recoverIfSound(at now: Instant) {
        guard let since = health.lostSince, now - health.lastObservation <= settings.observationLostAfter,
            now - health.lastFlush <= settings.flushLostAfter
        else { return }
        blind.add(BlindTime.Period(began: since, ended: now, cause: .backendLost))
        health.lostSince = nil
        sweep = 0
        if !parts.isAnyLost { events.append(.recovered(.backendLost)) }
    }

    /// Whether the back end counts as lost, or a part of it: heartbeats are answered with 503 `driver_lost`, and still
    /// counted.
    package var isBackendLost: Bool { isWholeBackendLost || parts.isAnyLost }

    /// Whether all of the back end counts as lost.
    package var isWholeBackendLost: Bool { health.lostSince != nil }

    /// Whether the records' database did not answer when the back end was last observed.
    package var isDatabaseLost: Bool { health.isDatabaseLost }

    /// Since when the back end counts as lost, by the wall clock.
    package var backendLostSince: Timestamp? {
        isWholeBackendLost ? health.lostSinceWall : parts.lostSince.map(wall)
    }

    /// How long it was blind, by cause; of a period that has not ended nothing yet.
    package var blindTotal: [Reason: Duration] { blind.total }

    /// When its back end was last seen whole, and when a flush last went through.
    package var lastSigns: (observation: Instant, flush: Instant) { (health.lastObservation, health.lastFlush) }

    /// Takes what this daemon has to say of itself.
    package mutating func takeEvents() -> [HealthEvent] {
        defer {
            events.removeAll()
            brakes.events.removeAll()
        }
        return events + brakes.events
    }

    /// The wall-clock time of an instant, as the last tick saw the wall clock.
    package func wall(_ instant: Instant) -> Timestamp {
        Timestamp(microseconds: wallOffset &+ instant.nanoseconds / 1_000)
    }

    /// The wall-clock time now, as of the last tick.
    var wallNow: Timestamp { wall(lastTick) }
}
