/// What the store says: records loaded, admitted, edited, deleted.
extension LivenessMachine {
    /// Makes room for about as many records as the store has, before the first of them.
    package mutating func expect(_ count: Int) {
        guard board.count == 0 else { return }
        let count = min(max(count, 0), Self.mostExpected)
        board.index = NameIndex(expecting: count)
        board.uuids = NameIndex(expecting: count)
    }

    /// A store that says it has more is not believed before they come.
    private static let mostExpected = 10_000_000

    /// Takes in one page of what the store had when this daemon started.
    ///
    /// Each service has left what it had left when the newest stamp of the table was written, at least twice its
    /// report_interval, at most its down time: the outage counts for nobody. Recorded downs stay.
    ///
    /// Where another daemon lives (`isCompanied`) what it recorded is taken over: who is up has its whole down time.
    package mutating func loaded(
        _ page: LoadedPage,
        newestStamp: Timestamp?,
        isCompanied: Bool = false,
        at now: Instant
    ) {
        var byService: [Int64: [IncarnationRecord]] = [:]
        for incarnation in page.incarnations { byService[incarnation.serviceID, default: []].append(incarnation) }
        for record in page.services {
            guard let service = place(record, at: now) else { continue }
            let incarnations = byService[record.id] ?? []
            for incarnation in incarnations {
                remember(incarnation, of: service, isDeleted: record.deletedAt != nil, at: now)
            }
            if record.deletedAt != nil {
                // Another record has the name by now: of this one only its incarnations are remembered.
                if board.cards[Int(service)].uuid != record.uuid { continue }
                noteDeletion(of: service, at: now)
            }
            adoptWorkers(of: service, from: incarnations)
            adopt(record, into: service)
            standAsRecorded(service, record.recorded, isDeleted: record.deletedAt != nil)
            board.hearings[Int(service)] = Hearing(
                lastSeenUp: record.lastSeenUp,
                reportCount: UInt32(clamping: record.reportCount)
            )
            rows[Int(service)].sequence = record.lastSequence ?? 0
            let downTime = rows[Int(service)].downDuration
            let grace = Self.grace(of: record, downTime: downTime, newestStamp: newestStamp)
            rows[Int(service)].lastHeard = (now + grace - downTime).nanoseconds
            if isCompanied, record.recorded.state == .up, record.deletedAt == nil {
                rows[Int(service)].lastHeard = now.nanoseconds
                rows[Int(service)].flags.insert([.heard, .elsewhere])
            }
            if record.recorded.reason == .reporterLost {
                if isCompanied {
                    noteDoubtOfAnother(about: service, at: now)
                } else {
                    takeOverDoubt(about: service, record, newestStamp: newestStamp, at: now)
                }
            }
            if record.deletedAt == nil { assess(service, at: now) }
        }
    }

    private static func grace(of record: ServiceRecord, downTime: Duration, newestStamp: Timestamp?) -> Duration {
        guard let newestStamp, let stamp = record.lastSeenUp, !record.isNeverHeard else { return downTime }
        let spent = max(.zero, newestStamp - stamp)
        return min(downTime, max(downTime - spent, record.reportInterval + record.reportInterval))
    }

    /// Takes in what the store admitted, in answer to a heartbeat that arrived at `heard`.
    package mutating func admitted(
        _ record: ServiceRecord,
        _ incarnation: IncarnationRecord,
        heartbeat: Admission,
        attributesHash: UInt32,
        relay: [UInt8] = [],
        heard: Instant,
        at now: Instant
    ) -> UInt32? {
        let known = board.find(host: record.host, binary: record.binary)
        let isNew = known.map { board.cards[Int($0)].uuid != record.uuid } ?? true
        guard let service = place(record, at: now) else { return nil }
        counters.admitted += 1
        if isNew { standAsRecorded(service, record.recorded) }
        let wasHeard = rows[Int(service)].flags.contains(.heard)
        retired[RetiredIncarnation(service: service, incarnationHash: hash(incarnation))] = nil
        adoptWorker(
            incarnation,
            of: service,
            heard: heard,
            sequence: heartbeat.sequence,
            attributesHash: attributesHash
        )
        let isRecordedElsewhere = !isNew && record.recorded.revision > revisions[Int(service)]
        rows[Int(service)].flags.remove(.unnumbered)
        adopt(record, into: service, isHeard: true)
        if isRecordedElsewhere { takeOver(record.recorded, of: service, at: now) }
        rows[Int(service)].sequence = liftsNothing(service) ? 0 : heartbeat.sequence ?? 0
        rows[Int(service)].stated = HeartbeatBatch.Entry.stated(
            incarnationHash(of: service),
            attributesHash,
            salt: attributesSalt
        )
        if isNew || !wasHeard {
            board.hearings[Int(service)] = Hearing(heard: heard, reportCount: UInt32(clamping: record.reportCount))
        }
        heardNow(service, at: heard, now: now)
        noteWay(ofAdmitted: service, byRelayOn: relay, at: heard)
        // The answer to this heartbeat tells all of it.
        rows[Int(service)].flags.remove(.tell)
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
            standAsRecorded(service, record.recorded)
            board.hearings[Int(service)] = Hearing(
                lastSeenUp: record.lastSeenUp,
                reportCount: UInt32(clamping: record.reportCount)
            )
            rows[Int(service)].lastHeard = now.nanoseconds
        }
        let isRecordedElsewhere = record.recorded.revision > revisions[Int(service)]
        // Nobody is numbered who was not heard.
        let isNumberedElsewhere = record.incarnationNumber > Int64(board.cards[Int(service)].incarnationNumber)
        adopt(record, into: service)
        rows[Int(service)].flags.insert(.tell)
        if isRecordedElsewhere { takeOver(record.recorded, of: service, at: now) }
        if isNumberedElsewhere, record.recorded.state != .down {
            heardElsewhere(service, reportCount: UInt32(clamping: record.reportCount), at: now)
        }
        assess(service, at: now)
        // What another has recorded is contradicted by whoever hears the service, and by nobody else.
        if rows[Int(service)].flags.isSuperset(of: [.up, .heard]), !rows[Int(service)].flags.contains(.elsewhere) {
            enqueueForRecording(service)
        }
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
        retire(incarnationHash(of: service), of: service, .serviceDeleted, at: now)
        for worker in workers[service] ?? [] where worker.incarnationHash != 0 {
            retire(worker.incarnationHash, of: service, .serviceDeleted, at: now)
        }
        markDeleted(service, at: now)
    }
}
