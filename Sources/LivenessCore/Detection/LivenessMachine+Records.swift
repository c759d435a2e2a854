/// What the store says: records loaded, admitted, edited, deleted.
extension LivenessMachine {
    /// Takes in one page of what the store had when this daemon started.
    ///
    /// Each service has left what it had left when the newest stamp of the table was written, at least twice its
    /// report_interval, at most its down time: the outage counts for nobody. Recorded downs stay.
    package mutating func loaded(_ page: LoadedPage, newestStamp: Timestamp?, at now: Instant) {
        var byService: [Int64: [IncarnationRecord]] = [:]
        for incarnation in page.incarnations { byService[incarnation.serviceID, default: []].append(incarnation) }
        for record in page.services {
            guard let service = place(record, at: now) else { continue }
            let incarnations = byService[record.id] ?? []
            for incarnation in incarnations { remember(incarnation, of: service, isDeleted: record.deletedAt != nil) }
            if record.deletedAt != nil {
                // Another record has the name by now: of this one only its incarnations are remembered.
                if board.cards[Int(service)].uuid != record.uuid { continue }
                noteDeletion(of: service, at: now)
            }
            adoptWorkers(of: service, from: incarnations)
            adopt(record, into: service)
            board.standings[Int(service)] = Standing(record.recorded)
            board.hearings[Int(service)] = Hearing(
                lastSeenUp: record.lastSeenUp,
                reportCount: UInt32(clamping: record.reportCount)
            )
            rows[Int(service)].sequence = record.lastSequence ?? 0
            let downTime = rows[Int(service)].downDuration
            let grace = Self.grace(of: record, downTime: downTime, newestStamp: newestStamp)
            rows[Int(service)].lastHeard = (now + grace - downTime).nanoseconds
            if record.deletedAt == nil { assess(service, at: now) }
        }
    }

    private static func grace(of record: ServiceRecord, downTime: Duration, newestStamp: Timestamp?) -> Duration {
        guard let newestStamp, let stamp = record.lastSeenUp, !record.isNeverHeard else { return downTime }
        let spent = max(.zero, newestStamp - stamp)
        return min(downTime, max(downTime - spent, record.reportInterval * 2))
    }

    /// Takes in what the store admitted, in answer to a heartbeat that arrived at `heard`.
    package mutating func admitted(
        _ record: ServiceRecord,
        _ incarnation: IncarnationRecord,
        heartbeat: Admission,
        attributesHash: UInt32,
        heard: Instant,
        at now: Instant
    ) -> UInt32? {
        let known = board.find(host: record.host, binary: record.binary)
        let isNew = known.map { board.cards[Int($0)].uuid != record.uuid } ?? true
        guard let service = place(record, at: now) else { return nil }
        counters.admitted += 1
        rows[Int(service)].flags.remove(.asking)
        if isNew { board.standings[Int(service)] = Standing(record.recorded) }
        let wasHeard = rows[Int(service)].flags.contains(.heard)
        retired[RetiredIncarnation(service: service, incarnationHash: hash(incarnation))] = nil
        adoptWorker(
            incarnation,
            of: service,
            heard: heard,
            sequence: heartbeat.sequence,
            attributesHash: attributesHash
        )
        adopt(record, into: service)
        rows[Int(service)].sequence = heartbeat.sequence ?? 0
        rows[Int(service)].attributesHash = attributesHash
        if isNew || !wasHeard {
            board.hearings[Int(service)] = Hearing(heard: heard, reportCount: UInt32(clamping: record.reportCount))
        }
        heardNow(service, at: heard, now: now)
        rows[Int(service)].flags.insert(.tell)
        return service
    }

    /// Takes in a record that an operator created or edited, or that another daemon changed.
    package mutating func recordChanged(_ record: ServiceRecord, at now: Instant) {
        let known = board.find(host: record.host, binary: record.binary)
        let isNew = known.map { board.cards[Int($0)].uuid != record.uuid } ?? true
        if record.deletedAt != nil {
            if !isNew { deleted(record, at: now) }
            return
        }
        guard let service = place(record, at: now) else { return }
        if isNew {
            board.standings[Int(service)] = Standing(record.recorded)
            board.hearings[Int(service)] = Hearing(
                lastSeenUp: record.lastSeenUp,
                reportCount: UInt32(clamping: record.reportCount)
            )
            rows[Int(service)].lastHeard = now.nanoseconds
        }
        adopt(record, into: service)
        rows[Int(service)].flags.insert(.tell)
        assess(service, at: now)
    }

    /// Takes in that a worker left or failed.
    package mutating func departed(_ record: ServiceRecord, _ incarnation: IncarnationRecord, at now: Instant) {
        guard let service = board.find(host: record.host, binary: record.binary),
            board.cards[Int(service)].uuid == record.uuid, board.isListed(service)
        else { return }
        if incarnation.leftAt != nil, incarnation.incarnation != nil {
            retire(hash(incarnation), of: service, .left, at: now)
        }
        adoptWorker(incarnation, of: service, heard: nil, sequence: nil)
        adopt(record, into: service)
        assess(service, at: now)
    }

    /// Takes in that a record was deleted.
    ///
    /// Its incarnations stay refused for 24 h.
    package mutating func deleted(_ record: ServiceRecord, at now: Instant) {
        guard let service = board.find(host: record.host, binary: record.binary),
            board.cards[Int(service)].uuid == record.uuid, board.isListed(service)
        else { return }
        let row = rows[Int(service)]
        if row.incarnationHash != 0 { retire(row.incarnationHash, of: service, .serviceDeleted, at: now) }
        for worker in workers[service] ?? [] where worker.incarnationHash != 0 {
            retire(worker.incarnationHash, of: service, .serviceDeleted, at: now)
        }
        for key in retired.keys where key.service == service { retired[key]?.rejection = .serviceDeleted }
        markDeleted(service, at: now)
    }

    /// The record is gone from the store altogether.
    mutating func markGone(_ service: UInt32, at now: Instant) {
        if board.isListed(service) { markDeleted(service, at: now) }
    }

    private mutating func markDeleted(_ service: UInt32, at now: Instant) {
        board.cards[Int(service)].flags.insert(.deleted)
        rows[Int(service)].flags.insert(.deleted)
        rows[Int(service)].flags.remove([.due, .up])
        workers[service] = nil
        wheel.withdraw(service)
        board.membership += 1
        board.content &+= 1
        isChanged = true
        noteDeletion(of: service, at: now)
    }

    /// Forgets retired incarnations and deleted services of more than 24 h ago.
    package mutating func forget(at now: Instant) {
        let oldest = now - Burials.memory
        retired = retired.filter { $0.value.at > oldest }
        // No down time is longer than the day either.
        blind.forget(before: oldest)
        let hasher = board.hasher
        let old = deletions.prefix { $0.at < oldest }
        for (service, at) in old {
            // Created again since, and perhaps deleted once more?
            guard deletedAt[service] == at else { continue }
            deletedAt[service] = nil
            let names = board.names
            let cards = board.cards
            let card = cards[Int(service)]
            board.index.remove(names.hash(at: card.location, hasher), service) {
                names.hash(at: cards[Int($0)].location, hasher)
            }
            board.uuids.remove(Board.hash(card.uuid), service) { Board.hash(cards[Int($0)].uuid) }
            board.extras[service] = nil
            board.profiles.give(card.profile)
            free.append(service)
        }
        deletions.removeFirst(old.count)
    }

    private mutating func noteDeletion(of service: UInt32, at now: Instant) {
        deletions.append((service, now))
        deletedAt[service] = now
    }

    // MARK: Placing and adopting

    /// The dense number of the record's name, given now if it has none.
    ///
    /// nil when there is no room for its name.
    private mutating func place(_ record: ServiceRecord, at now: Instant) -> UInt32? {
        if let service = board.find(host: record.host, binary: record.binary) {
            let card = board.cards[Int(service)]
            if card.uuid == record.uuid || record.deletedAt != nil { return service }
            replaceIdentity(of: service, by: record.uuid)
            return service
        }
        guard let location = board.names.append(host: Array(record.host.utf8), binary: Array(record.binary.utf8)) else {
            return nil
        }
        let service = free.popLast() ?? UInt32(clamping: board.cards.count)
        let row = RosterRow(
            lastHeard: now.nanoseconds,
            sequence: 0,
            incarnationHash: 0,
            attributesHash: 0,
            location: location,
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
            location: location,
            flags: []
        )
        if Int(service) < board.cards.count {
            rows[Int(service)] = row
            board.cards[Int(service)] = card
        } else {
            rows.append(row)
            revisions.append(0)
            board.cards.append(card)
            board.standings.append(Standing(record.recorded))
            board.hearings.append(Hearing(lastSeenUp: nil, reportCount: 0))
        }
        let hasher = board.hasher
        let names = board.names
        let cards = board.cards
        board.index.insert(names.hash(at: location, hasher), service) {
            names.hash(at: cards[Int($0)].location, hasher)
        }
        board.uuids.insert(Board.hash(record.uuid), service) { Board.hash(cards[Int($0)].uuid) }
        board.membership += 1
        return service
    }

    /// A name that was deleted is created again: another record under the same number.
    private mutating func replaceIdentity(of service: UInt32, by uuid: ServiceUUID) {
        let cards = board.cards
        board.uuids.remove(Board.hash(cards[Int(service)].uuid), service) { Board.hash(cards[Int($0)].uuid) }
        board.cards[Int(service)].uuid = uuid
        board.cards[Int(service)].flags.remove(.deleted)
        deletedAt[service] = nil
        rows[Int(service)].flags = rows[Int(service)].flags.intersection([.dirty, .queued])
        rows[Int(service)].beats = 0
        rows[Int(service)].incarnationHash = 0
        workers[service] = nil
        board.extras[service]?.workers = []
        let changed = board.cards
        board.uuids.insert(Board.hash(uuid), service) { Board.hash(changed[Int($0)].uuid) }
        board.membership += 1
    }

    /// Copies what the record says into the row and the card.
    ///
    /// Whether and when it was heard stays as it is.
    private mutating func adopt(_ record: ServiceRecord, into service: UInt32) {
        let number = Int(service)
        let profile = Profile(record)
        if board.profiles[board.cards[number].profile] != profile {
            let old = board.cards[number].profile
            board.cards[number].profile = board.profiles.take(profile)
            board.profiles.give(old)
        }
        board.cards[number].id = record.id
        board.cards[number].createdAt = record.createdAt
        board.cards[number].updatedAt = record.updatedAt ?? .never
        board.cards[number].incarnationNumber = UInt32(clamping: record.incarnationNumber)
        board.cards[number].edit = UInt32(clamping: record.edit)
        board.cards[number].version = record.version
        board.cards[number].interval = UInt32(clamping: record.reportInterval.clampedNanoseconds / 1_000)
        setFlag(.disabled, record.isDisabled, of: number)
        setFlag(.deleted, record.deletedAt != nil, of: number)
        setFlag(.imported, record.isImported, of: number)
        adoptExtras(record, into: service)

        let downTime = settings.downTime(topic: record.topic, reportInterval: record.reportInterval)
        let milliseconds = (downTime.clampedNanoseconds + 999_999) / 1_000_000
        let shortened = UInt32(clamping: milliseconds) < rows[number].downTime
        rows[number].downTime = UInt32(clamping: milliseconds)
        if shortened { wheel.withdraw(service) }
        setFlag(.forced, record.forcedDown != nil, ofRow: number)
        setFlag(.left, record.leftAt != nil, ofRow: number)
        setFlag(.failed, record.failure != nil, ofRow: number)
        setFlag(.deleted, record.deletedAt != nil, ofRow: number)
        setFlag(.imported, record.isImported, ofRow: number)
        let isNeverHeard = record.isNeverHeard && !rows[number].flags.contains(.heard)
        setFlag(.neverHeard, isNeverHeard, ofRow: number)
        revisions[number] = max(revisions[number], record.recorded.revision)
        if revisions[number] == record.recorded.revision {
            board.standings[number].recorded = record.recorded.verdict
        }
        if let incarnation = record.incarnation, !rows[number].flags.contains(.several) {
            let hash = board.hasher.text(incarnation) | 1
            if rows[number].incarnationHash != hash {
                retire(rows[number].incarnationHash, of: service, .staleIncarnation, at: lastTick)
                rows[number].incarnationHash = hash
            }
        }
        board.content &+= 1
        isChanged = true
    }

    private mutating func adoptExtras(_ record: ServiceRecord, into service: UInt32) {
        var extras = CardExtras()
        extras.disabledReason = record.disabledReason
        extras.forcedDown = record.forcedDown
        extras.failure = record.failure
        extras.leftAt = record.leftAt
        extras.workers = board.extras[service]?.workers ?? []
        let packed = record.incarnation.flatMap { text in
            ServiceUUID(text).flatMap { $0.description == text ? $0 : nil }
        }
        if let packed { board.cards[Int(service)].incarnation = packed }
        if record.incarnation != nil, packed == nil { extras.incarnation = record.incarnation }
        setFlag(.packedIncarnation, packed != nil, of: Int(service))
        setFlag(.textIncarnation, extras.incarnation != nil, of: Int(service))
        let hasExtras = !extras.isEmpty
        if hasExtras || board.extras[service] != nil { board.extras[service] = hasExtras ? extras : nil }
        setFlag(.extras, hasExtras, of: Int(service))
    }

    private mutating func setFlag(_ flag: Card.Flags, _ isSet: Bool, of service: Int) {
        if isSet { board.cards[service].flags.insert(flag) } else { board.cards[service].flags.remove(flag) }
    }

    private mutating func setFlag(_ flag: RosterRow.Flags, _ isSet: Bool, ofRow service: Int) {
        if isSet { rows[service].flags.insert(flag) } else { rows[service].flags.remove(flag) }
    }

    // MARK: Incarnations

    func hash(_ incarnation: IncarnationRecord) -> UInt64 {
        incarnation.incarnation.map { board.hasher.text($0) | 1 } ?? 0
    }

    mutating func retire(_ hash: UInt64, of service: UInt32, _ rejection: HeartbeatRejection, at now: Instant) {
        guard hash != 0 else { return }
        let key = RetiredIncarnation(service: service, incarnationHash: hash)
        // What left stays *left*, also once a newer one took its place.
        if retired[key] != nil, rejection != .serviceDeleted { return }
        retired[key] = Retirement(rejection: rejection, at: now)
    }

    private mutating func remember(_ incarnation: IncarnationRecord, of service: UInt32, isDeleted: Bool) {
        if isDeleted {
            retire(hash(incarnation), of: service, .serviceDeleted, at: started)
        } else if incarnation.leftAt != nil {
            retire(hash(incarnation), of: service, .left, at: started)
        } else if incarnation.replacedAt != nil {
            retire(hash(incarnation), of: service, .staleIncarnation, at: started)
        }
    }
}

extension Profile {
    init(_ record: ServiceRecord) {
        self.init(topic: record.topic, reportedZone: record.reportedZone, operatorZone: record.operatorZone)
    }
}
