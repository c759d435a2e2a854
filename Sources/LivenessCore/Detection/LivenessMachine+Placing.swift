/// The dense number of a name, and what of a record the roster and the board keep.
extension LivenessMachine {
    /// The dense number of the record's name, given now if it has none.
    ///
    /// nil when there is no room for its name.
    mutating func place(_ record: ServiceRecord, at now: Instant) -> UInt32? {
        var name = Array(record.host.utf8)
        let middle = name.count
        name.append(contentsOf: record.binary.utf8)
        let hash = board.hasher.name(name.span.bytes, host: 0..<middle, binary: middle..<name.count)
        if let service = board.find(hash, name.span.bytes, host: 0..<middle, binary: middle..<name.count) {
            let card = board.cards[Int(service)]
            if card.uuid == record.uuid || record.deletedAt != nil { return service }
            replaceIdentity(of: service, by: record.uuid, at: now)
            return service
        }
        let service = free.last ?? UInt32(clamping: board.cards.count)
        let location = board.names.append(host: name[..<middle], binary: name[middle...])
        guard let location, let place = NamePlace(location: location, number: service) else { return nil }
        _ = free.popLast()
        let row = RosterRow(
            lastHeard: now.nanoseconds,
            sequence: 0,
            stated: 0,
            downTime: 0,
            beats: 0,
            flags: []
        )
        let card = Card(
            uuid: record.uuid,
            id: record.id,
            createdAt: record.createdAt,
            updatedAt: .never,
            incarnation: ServiceUUID(high: 0, low: 0),
            incarnationNumber: 0,
            edit: 0,
            profile: board.profiles.take(Profile(record)),
            version: 0,
            interval: 0,
            flags: []
        )
        if Int(service) < board.cards.count {
            forgetShadows(of: service)
            sessions.forget(service)
            rows[Int(service)] = row
            board.cards[Int(service)] = card
            board.locations[Int(service)] = location
            standAsRecorded(service, record.recorded)
        } else {
            rows.append(row)
            revisions.append(0)
            logged.append(PackedVerdict(record.recorded.verdict))
            board.cards.append(card)
            board.locations.append(location)
            board.append(Standing(record.recorded))
            board.hearings.append(Hearing(lastSeenUp: nil, reportCount: 0))
        }
        let hasher = board.hasher
        let names = board.names
        let cards = board.cards
        board.index.insert(hash, place.value) {
            names.hash(at: NamePlace($0).location, hasher)
        }
        board.uuids.insert(Board.hash(record.uuid), UInt64(service)) { Board.hash(cards[Int($0)].uuid) }
        board.membership += 1
        return service
    }

    /// A name that was deleted is created again: another record under the same number.
    private mutating func replaceIdentity(of service: UInt32, by uuid: ServiceUUID, at now: Instant) {
        let cards = board.cards
        board.uuids.remove(Board.hash(cards[Int(service)].uuid), UInt64(service)) { Board.hash(cards[Int($0)].uuid) }
        board.cards[Int(service)].uuid = uuid
        board.setDeleted(false, service)
        rows[Int(service)].flags = rows[Int(service)].flags.intersection(.dirty)
        rows[Int(service)].beats = 0
        rows[Int(service)].stated = 0
        rows[Int(service)].downTime = 0
        board.cards[Int(service)].flags.remove([.packedIncarnation, .textIncarnation])
        repetitions.forget(service, workers: workers[service] ?? [])
        forgetShadows(of: service)
        sessions.forget(service)
        leaveRelay(service)
        workers[service] = nil
        board.extras[service]?.workers = []
        forgetChanges(of: service, at: now)
        let changed = board.cards
        board.uuids.insert(Board.hash(uuid), UInt64(service)) { Board.hash(changed[Int($0)].uuid) }
        board.membership += 1
    }

    /// Copies what the record says into the row and the card.
    ///
    /// Whether and when it was heard stays as it is; and so does its down time, unless it states another interval or is
    /// heard: changed settings hold for a service from its next heartbeat.
    mutating func adopt(_ record: ServiceRecord, into service: UInt32, isHeard: Bool = false) {
        let number = Int(service)
        let profile = Profile(record)
        let oldIncarnation = board.incarnation(of: service)
        // Each access to an array finds out anew whether it may be changed where it lies: once is enough.
        var card = board.cards[number]
        if board.profiles[card.profile] != profile {
            let old = card.profile
            card.profile = board.profiles.take(profile)
            board.profiles.give(old)
        }
        card.id = record.id
        card.createdAt = record.createdAt
        card.updatedAt = record.updatedAt ?? .never
        let oldNumber = Int64(card.incarnationNumber)
        card.incarnationNumber = UInt32(clamping: record.incarnationNumber)
        card.edit = UInt32(clamping: record.edit)
        card.version = record.version
        let interval = UInt32(clamping: record.reportInterval.clampedNanoseconds / 1_000)
        let keepsDownTime = interval == card.interval && rows[number].downTime > 0 && !isHeard
        card.interval = interval
        card.flags.set(.disabled, record.isDisabled)
        card.flags.set(.imported, record.isImported)
        adoptExtras(record, of: service, into: &card)
        board.cards[number] = card
        board.setDeleted(record.deletedAt != nil, service)

        if !keepsDownTime { setDownTime(of: service) }
        var flags = rows[number].flags
        flags.set(.forced, record.forcedDown != nil)
        let isOfOneBefore =
            flags.contains(.unnumbered) && record.incarnationNumber == oldNumber && lastTick < rows[number].heardUntil
        flags.set(.unnumbered, isOfOneBefore)
        let hasLeft = record.leftAt != nil && !isOfOneBefore
        if hasLeft, !flags.contains(.left) { remove(service) }
        flags.set(.left, hasLeft)
        flags.set(.failed, record.failure != nil && !isOfOneBefore)
        flags.set(.deleted, record.deletedAt != nil)
        flags.set(.imported, record.isImported)
        flags.set(.neverHeard, record.isNeverHeard && !flags.contains(.heard))
        rows[number].flags = flags
        revisions[number] = max(revisions[number], record.recorded.revision)
        if revisions[number] == record.recorded.revision {
            logged[number] = PackedVerdict(record.recorded.verdict)
        }
        if let new = record.incarnation, !new.hasBytes(of: oldIncarnation ?? "") {
            // Whoever stated the old one is compared with the record again, and the new one counts from its own number.
            rows[number].stated = 0
            rows[number].sequence = record.lastSequence ?? 0
            if !rows[number].flags.contains(.several) {
                retire(board.hasher.incarnation(oldIncarnation), of: service, .staleIncarnation, at: lastTick)
            }
        }
        board.content &+= 1
        isChanged = true
    }

    /// Brings a service's down time up to the settings, and to the interval it states.
    mutating func setDownTime(of service: UInt32) {
        let number = Int(service)
        let card = board.cards[number]
        let downTime = settings.downTime(topic: board.profiles[card.profile].topic, reportInterval: card.reportInterval)
        let milliseconds = UInt32(clamping: downTime.clampedMilliseconds)
        if milliseconds < rows[number].downTime { wheel.withdraw(service) }
        rows[number].downTime = milliseconds
    }

    private mutating func adoptExtras(_ record: ServiceRecord, of service: UInt32, into card: inout Card) {
        let packed = record.incarnation.flatMap(ServiceUUID.init(canonical:))
        if let packed { card.incarnation = packed }
        card.flags.set(.packedIncarnation, packed != nil)
        card.flags.set(.textIncarnation, record.incarnation != nil && packed == nil)
        // Nearly all have nothing else to say.
        let isPlain =
            record.disabledReason == nil && record.forcedDown == nil && record.failure == nil && record.leftAt == nil
            && (packed != nil || record.incarnation == nil)
        if isPlain, board.extras[service] == nil { return card.flags.set(.extras, false) }
        var extras = CardExtras()
        extras.disabledReason = record.disabledReason
        extras.forcedDown = record.forcedDown
        extras.failure = record.failure
        extras.leftAt = record.leftAt
        extras.workers = board.extras[service]?.workers ?? []
        if packed == nil { extras.incarnation = record.incarnation }
        let hasExtras = !extras.isEmpty
        if hasExtras || board.extras[service] != nil { board.extras[service] = hasExtras ? extras : nil }
        card.flags.set(.extras, hasExtras)
    }
}

extension OptionSet where Element == Self {
    fileprivate mutating func set(_ flag: Self, _ isSet: Bool) {
        if isSet { insert(flag) } else { remove(flag) }
    }
}

extension Profile {
    init(_ record: ServiceRecord) {
        self.init(topic: record.topic, reportedZone: record.reportedZone, operatorZone: record.operatorZone)
    }
}
