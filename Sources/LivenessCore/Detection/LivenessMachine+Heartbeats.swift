/// The hot path: a renewal is one comparison and one store of the time; no timer moves and nothing is allocated.
extension LivenessMachine {
    /// Takes in the heartbeats `range` of a sealed batch and appends one outcome for each.
    ///
    /// In passes (slot, place, row, name, judgement), the first three of them tight loops, so that the cache misses of
    /// different services overlap: at a million services that is what the time goes into.
    package mutating func heartbeatsReceived(
        _ batch: HeartbeatBatch,
        _ range: Range<Int>,
        at now: Instant,
        outcomes: inout [HeartbeatOutcome]
    ) {
        let heard = heardFrom(now)
        let relay = batch.relay.isEmpty ? Relays.direct : relayCalled(batch.relay, at: heard)
        let first = outcomes.count
        var lookups = takeLookups(range.count)
        look(for: batch.entries.span.extracting(range), lookups.mutableSpan)
        for (offset, position) in range.enumerated() {
            let lookup = lookups[offset]
            let service = matches(lookup.location, batch, position) ? lookup.service : findExactly(batch, position)
            lookups[offset].service = service
        }
        for (offset, position) in range.enumerated() {
            outcomes.append(received(batch, position, lookups[offset].service, heard: heard, now: now))
        }
        self.lookups = lookups
        if !relays.isEmpty || !batch.relay.isEmpty {
            noteWay(of: outcomes, from: first, by: relay, on: batch.relay, at: heard)
        }
    }

    /// From when on what is read now counts: what waited in the sockets while this daemon was stopped was sent before that
    /// began.
    mutating func heardFrom(_ now: Instant) -> Instant {
        noticePause(at: now)
        return pause?.began ?? now
    }

    /// Scratch space for so many heartbeats, to be given back.
    mutating func takeLookups(_ count: Int) -> [Lookup] {
        var lookups = lookups
        self.lookups = []
        if lookups.count < count {
            lookups.append(contentsOf: repeatElement(Lookup(), count: count - lookups.count))
        }
        return lookups
    }

    /// Finds the place of the first name with each hash, and brings its row into the cache.
    @inline(__always)
    private func look(for entries: Span<HeartbeatBatch.Entry>, _ lookups: consuming MutableSpan<Lookup>) {
        for offset in entries.indices {
            lookups[offset].touched = Int64(truncatingIfNeeded: board.index.firstSlot(entries[offset].nameHash))
        }
        for offset in entries.indices {
            if let place = board.index.find(entries[offset].nameHash, isMatch: { _ in true }).map(NamePlace.init(_:)) {
                lookups[offset].location = place.location
                lookups[offset].service = place.number
            } else {
                lookups[offset].location = Lookup.nowhere
            }
        }
        for offset in entries.indices where lookups[offset].location != Lookup.nowhere {
            let row = rows[Int(lookups[offset].service)]
            let end = board.names.lastByte(at: lookups[offset].location)
            lookups[offset].touched = row.lastHeard ^ Int64(row.flags.rawValue) ^ Int64(end)
        }
    }

    @inline(__always)
    private func matches(_ location: UInt32, _ batch: HeartbeatBatch, _ position: Int) -> Bool {
        let entry = batch.entries[position]
        let bytes = batch.bytes.span.bytes
        return location != Lookup.nowhere
            && board.names.matches(location, bytes, host: entry.host.range, binary: entry.binary.range)
    }

    /// Two names may share what a slot remembers of their hashes: looks at every slot that could be meant.
    private func findExactly(_ batch: HeartbeatBatch, _ position: Int) -> UInt32 {
        let entry = batch.entries[position]
        guard entry.flaw == nil else { return HeartbeatOutcome.noService }
        let bytes = batch.bytes.span.bytes
        return board.find(entry.nameHash, bytes, host: entry.host.range, binary: entry.binary.range)
            ?? HeartbeatOutcome.noService
    }

    @inline(__always)
    private mutating func received(
        _ batch: HeartbeatBatch,
        _ position: Int,
        _ service: UInt32,
        heard: Instant,
        now: Instant
    ) -> HeartbeatOutcome {
        if service != HeartbeatOutcome.noService, batch.entries[position].flaw == nil {
            let row = rows[Int(service)]
            let sequence = batch.entries[position].sequence
            if row.stated == batch.entries[position].stated(salt: attributesSalt), row.flags.contains(.up),
                row.flags.isDisjoint(with: .special), sequence > row.sequence,
                batch.entries[position].worker.count == 0, heard == now
            {
                renew(service, row, sequence: sequence, heard: heard)
                return HeartbeatOutcome(service: service, kind: .renewed, isNews: row.flags.contains(.tell))
            }
        }
        let entry = batch.entries[position]
        return receivedUnusual(
            entry,
            batch,
            service,
            stated: entry.stated(salt: attributesSalt),
            heard: heard,
            now: now
        )
    }

    @inline(__always)
    mutating func renew(_ service: UInt32, _ row: RosterRow, sequence: UInt64, heard: Instant) {
        // A quarter of the down time, which is in milliseconds.
        if heard.nanoseconds &- row.lastHeard > Int64(row.downTime) &* 250_000 { noteGap(of: service, row, at: heard) }
        if !row.flags.contains(.dirty) { dirty.append(service) }
        var renewed = row
        renewed.lastHeard = max(heard.nanoseconds, row.lastHeard)
        if sequence != HeartbeatBatch.Entry.noSequence { renewed.sequence = sequence }
        renewed.beats = row.beats == .max ? .max : row.beats &+ 1
        renewed.flags = row.flags.subtracting(.renewed).union(.dirty)
        rows[Int(service)] = renewed
        counters.renewed &+= 1
    }

    /// Everything but the plain renewal of a service that is up.
    ///
    /// - Parameters:
    ///   - entry: The heartbeat.
    ///   - batch: What it lies in.
    ///   - service: The dense number of its service; `HeartbeatOutcome.noService` where there is none.
    ///   - stated: What it states, as `HeartbeatBatch.Entry.stated` has it; the row's own where it states nothing.
    ///   - heard: From when on it counts.
    ///   - now: The present.
    /// - Returns: What became of it.
    @inline(never)
    mutating func receivedUnusual(
        _ entry: HeartbeatBatch.Entry,
        _ batch: HeartbeatBatch,
        _ service: UInt32,
        stated: UInt64,
        heard: Instant,
        now: Instant
    ) -> HeartbeatOutcome {
        if let flaw = entry.flaw {
            counters.rejected &+= 1
            return HeartbeatOutcome(service: HeartbeatOutcome.noService, kind: .rejected(flaw))
        }
        guard service != HeartbeatOutcome.noService else {
            return HeartbeatOutcome(service: service, kind: .pending)
        }
        let kind = judged(entry, batch, service, stated: stated, heard: heard, now: now)
        var isNews = false
        switch kind {
        case .renewed:
            isNews = rows[Int(service)].flags.contains(.tell)
            let before = board.standings[Int(service)]
            if pause == nil { noteGap(of: service, rows[Int(service)], at: heard) }
            heardNow(service, at: heard, now: now)
            if entry.incarnationHash != 0 { noteMistake(of: service, before, at: now) }
            isNews = isNews || rows[Int(service)].flags.contains(.tell)
            rows[Int(service)].flags.remove(.tell)
            counters.renewed &+= 1
        case .repeated: counters.repeated &+= 1
        case .rejected: counters.rejected &+= 1
        case .pending: break
        }
        return HeartbeatOutcome(service: service, kind: kind, isNews: isNews)
    }

    /// A heartbeat came long after the one before of the same incarnation.
    @inline(never)
    private mutating func noteGap(of service: UInt32, _ row: RosterRow, at heard: Instant) {
        let gap = heard - row.heardAt
        let interval = board.cards[Int(service)].reportInterval
        guard row.flags.contains(.heard), row.flags.isDisjoint(with: .special),
            gap > Arrivals.Kind.keptFrom(interval, row.downDuration), incarnationHash(of: service) != 0,
            blind.periods.last.map({ $0.ended <= row.heardAt }) ?? true
        else { return }
        arrivals.heard(arrivalKind(of: service), after: gap)
    }

    /// Looks whether one who beats on had been called down for silence.
    private mutating func noteMistake(of service: UInt32, _ before: Standing, at now: Instant) {
        guard before.verdict.reason == .heartbeatMissed,
            board.standings[Int(service)].verdict.state == .up
        else { return }
        let lasted = Duration.microseconds(max(0, wall(now).microseconds &- before.since.microseconds))
        arrivals.lived(arrivalKind(of: service))
        judgements.add(.mistaken(topic: board.profile(of: service).topic, lasted: lasted))
    }

    private mutating func judged(
        _ entry: HeartbeatBatch.Entry,
        _ batch: HeartbeatBatch,
        _ service: UInt32,
        stated: UInt64,
        heard: Instant,
        now: Instant
    ) -> HeartbeatOutcome.Kind {
        let row = rows[Int(service)]
        if let rejection = rejection(of: entry.incarnationHash, of: service) { return .rejected(rejection) }
        if row.flags.contains(.deleted) {
            if entry.incarnationHash == 0, !entry.register { return .rejected(.serviceDeleted) }
            return .pending
        }
        if row.flags.contains(.several) || entry.worker.count > 0 {
            return workerHeard(entry, name: batch.text(entry.worker) ?? "", service, at: heard, now: now)
        }
        if row.stated != stated {
            let current = incarnationHash(of: service)
            if current != entry.incarnationHash {
                return unknownIncarnation(entry.incarnationHash, uses: current != 0, of: service)
            }
        }
        if !row.flags.isDisjoint(with: [.left, .failed]) {
            // The first heartbeat after a failure, or of a service without incarnations that left, must be newer.
            return isNewer(entry, row) ? .pending : .repeated
        }
        if !isNewer(entry, row) {
            let last = row.flags.contains(.heard) ? row.heardAt : started
            return repeated(Repetitions.Source(service: service), lastNewer: last, at: now)
        }
        if row.flags.contains(.neverHeard) { return .pending }
        if row.stated != stated {
            guard statesNothingNew(entry, batch, service) else { return .pending }
            rows[Int(service)].stated = stated
        }
        // What waited in our sockets must not hide from us that others have heard it later, or that it comes again.
        let isHidden = pause != nil && (isShared || liftsNothing(service))
        if entry.sequence != HeartbeatBatch.Entry.noSequence, !isHidden {
            rows[Int(service)].sequence = entry.sequence
        }
        return .renewed
    }

    /// What is heard of it now waited in a stopped daemon's sockets, and does not lift what is recorded.
    func liftsNothing(_ service: UInt32) -> Bool {
        pause != nil && board.standings[Int(service)].verdict.state == .down
    }

    /// What a heartbeat that is not newer is answered.
    mutating func repeated(
        _ source: Repetitions.Source,
        lastNewer: Instant,
        at now: Instant
    ) -> HeartbeatOutcome.Kind {
        let interval = board.cards[Int(source.service)].reportInterval
        let isStale = repetitions.isStale(source, lastNewer: lastNewer, interval: interval, at: now)
        return isStale ? .rejected(.staleSequence) : .repeated
    }

    private func isNewer(_ entry: HeartbeatBatch.Entry, _ row: RosterRow) -> Bool {
        entry.sequence == HeartbeatBatch.Entry.noSequence || entry.sequence > row.sequence
    }

    /// Whether the record says already what the heartbeat states: so after a restart of this daemon, or after its
    /// settings changed.
    private func statesNothingNew(_ entry: HeartbeatBatch.Entry, _ batch: HeartbeatBatch, _ service: UInt32) -> Bool {
        let card = board.cards[Int(service)]
        let profile = board.profiles[card.profile]
        if entry.version >= 0, entry.version != card.version { return false }
        if let topic = batch.text(entry.topic), topic != profile.topic { return false }
        if let zone = batch.text(entry.zone), zone != profile.reportedZone { return false }
        let stated: Duration =
            entry.interval > 0
            ? .microseconds(Int64(entry.interval)) : settings.reportInterval(topic: profile.topic)
        let downTime = settings.downTime(topic: profile.topic, reportInterval: stated)
        return stated == card.reportInterval
            && downTime.clampedMilliseconds == Int64(rows[Int(service)].downTime)
    }

    mutating func unknownIncarnation(_ hash: UInt64, uses: Bool, of service: UInt32) -> HeartbeatOutcome.Kind {
        if hash == 0 { return uses ? .rejected(.incarnationRequired) : .pending }
        if let rejection = rejection(of: hash, of: service) { return .rejected(rejection) }
        // One that waited in a stopped daemon's sockets must replace nobody who began after it was sent: if it lives, it
        // comes again.
        if uses, pause != nil { return .rejected(.databaseUnavailable) }
        return .pending
    }

    /// The service was heard at `heard`: it is up, unless this is what waited in a stopped daemon's sockets and it is
    /// recorded down.
    mutating func heardNow(_ service: UInt32, at heard: Instant, now: Instant) {
        let number = Int(service)
        // Others would take what waited in our sockets for news.
        if !rows[number].flags.contains(.dirty), pause == nil {
            rows[number].flags.insert(.dirty)
            dirty.append(service)
        }
        rows[number].beats = rows[number].beats == .max ? .max : rows[number].beats + 1
        if liftsNothing(service) { return }
        let before = rows[number].flags.contains(.heard) ? rows[number].lastHeard : .min
        rows[number].lastHeard = max(before, heard.nanoseconds)
        rows[number].flags.insert(.heard)
        rows[number].flags.remove([.neverHeard, .elsewhere])
        // What waited in our sockets entitles nobody to contradict what others have recorded since.
        if isShared, pause != nil { rows[number].flags.insert(.elsewhere) }
        assess(service, at: now)
    }

    /// The store could not be asked: what the heartbeat proves all the same.
    ///
    /// An incarnation that nobody knows yet counts as life of a known service and replaces nobody until it can be
    /// numbered; a service that is not known cannot be made up.
    package mutating func admissionFailed(
        _ service: UInt32,
        relay: [UInt8] = [],
        heard: Instant,
        at now: Instant
    ) -> HeartbeatOutcome.Kind {
        guard service != HeartbeatOutcome.noService, Int(service) < rows.count,
            !rows[Int(service)].flags.contains(.deleted)
        else {
            counters.rejected &+= 1
            return .rejected(.databaseUnavailable)
        }
        rows[Int(service)].flags.remove([.left, .failed])
        rows[Int(service)].flags.insert(.unnumbered)
        heardNow(service, at: heard, now: now)
        noteWay(ofAdmitted: service, byRelayOn: relay, at: heard)
        counters.renewed &+= 1
        return .renewed
    }

    /// What to tell a service that was heard.
    package func answer(_ service: UInt32, at now: Instant) -> HeartbeatAnswer {
        let row = rows[Int(service)]
        let card = board.cards[Int(service)]
        return HeartbeatAnswer(
            uuid: card.uuid,
            incarnationNumber: Int64(card.incarnationNumber),
            verdict: board.standings[Int(service)].verdict,
            isDisabled: card.flags.contains(.disabled),
            reportInterval: card.reportInterval,
            deadlineIn: max(.zero, blind.deadline(row) - now)
        )
    }
}
