/// Renewals for the driver: one write per flush, the last heartbeat of each service.
extension LivenessMachine {
    /// A flush that was handed out, and whom it is about.
    package struct PendingFlush: Sendable {
        package var flush: HeartbeatFlush
        package var services: [UInt32]
        var beats: [UInt16]
        var began: Instant

        package var count: Int { services.count }

        /// Those of these records that the flush is about, with their dense numbers.
        package func services(of ids: [Int64]) -> [(id: Int64, service: UInt32)] {
            if ids.isEmpty { return [] }
            let wanted = Set(ids)
            return zip(flush.renewals, services)
                .filter { wanted.contains($0.0.serviceID) }
                .map { ($0.0.serviceID, $0.1) }
        }
    }

    /// How many services were heard since they were last flushed.
    package var dirtyCount: Int { dirty.count }

    /// Begins a flush.
    ///
    /// It may stay empty: it tells the others that this daemon lives. One that goes on with what the one before could
    /// not hold has the same count.
    package mutating func beginFlush(at now: Instant, isContinued: Bool = false) -> PendingFlush {
        if !isContinued { flushCount += 1 }
        let flush = HeartbeatFlush(
            daemon: settings.daemon,
            count: flushCount,
            at: wall(now),
            renewals: [],
            workers: []
        )
        return PendingFlush(flush: flush, services: [], beats: [], began: now)
    }

    /// Puts up to `limit` of those who wait into the flush, those who wait longest first.
    ///
    /// In slices, so that heartbeats do not wait for long. Returns how many of those who wait it went over; some of them
    /// may have nothing to flush any more.
    @discardableResult
    package mutating func fill(_ pending: inout PendingFlush, limit: Int) -> Int {
        let count = min(limit, dirty.count)
        for _ in 0..<count {
            guard let service = dirty.popFirst() else { break }
            let row = rows[Int(service)]
            rows[Int(service)].flags.remove(.dirty)
            rows[Int(service)].beats = 0
            guard !row.flags.contains(.deleted), row.flags.contains(.heard) else { continue }
            // Others would take it for news.
            if isShared, row.heardUntil < pending.began { continue }
            add(service, row, to: &pending)
        }
        if count > 0 { isChanged = true }
        return count
    }

    private mutating func add(_ service: UInt32, _ row: RosterRow, to pending: inout PendingFlush) {
        let card = board.cards[Int(service)]
        let count = board.hearings[Int(service)].reportCount
        board.hearings[Int(service)] = Hearing(
            heard: row.heardAt,
            reportCount: count.addingReportingOverflow(UInt32(row.beats)).overflow ? .max : count + UInt32(row.beats)
        )
        pending.services.append(service)
        pending.beats.append(row.beats)
        pending.flush.renewals.append(
            HeartbeatRenewal(
                serviceID: card.id,
                service: service,
                incarnationNumber: Int64(card.incarnationNumber),
                lastSeenUp: wall(row.heardAt),
                beats: Int32(row.beats),
                // What was heard of an incarnation that could not be numbered has no sequence of the one before it.
                sequence: row.sequence == 0 || row.flags.contains(.unnumbered) ? nil : row.sequence
            )
        )
        guard row.flags.contains(.several), var all = workers[service] else { return }
        for position in all.indices where all[position].isDirty {
            all[position].isDirty = false
            all[position].lastSeenUp = wall(all[position].lastHeard)
            pending.flush.workers.append(
                WorkerRenewal(
                    serviceID: card.id,
                    worker: all[position].name,
                    number: all[position].number,
                    lastSeenUp: wall(all[position].lastHeard),
                    sequence: all[position].sequence == 0 ? nil : all[position].sequence
                )
            )
        }
        workers[service] = all
        publishWorkers(of: service)
    }

    /// What the back end holds of the service is to be removed.
    mutating func remove(_ service: UInt32) {
        removals.append(ServiceKey(service: service, id: board.cards[Int(service)].id))
    }

    /// Takes those whom the driver is to remove from its back end.
    package mutating func takeRemovals() -> [ServiceKey] {
        defer { removals = [] }
        return removals
    }

    /// The driver wrote the flush.
    package mutating func flushEnded(at now: Instant) {
        flushedSoundly(at: now)
    }

    /// A flush has ended with its last part, and gone to all parts of the back end or not.
    package mutating func flushEnded(isWhole: Bool, at now: Instant) {
        if isWhole, parts.isEmpty { return }
        changeParts { $0.flushed(isWhole: isWhole, at: now) }
    }

    /// What a flush could not touch is news: a record as it is now, with its incarnations.
    package mutating func learned(_ record: ServiceRecord, _ incarnations: [IncarnationRecord], at now: Instant) {
        recordChanged(record, at: now)
        guard let service = board.find(host: record.host, binary: record.binary), board.isListed(service) else {
            return
        }
        for incarnation in incarnations where incarnation.isCurrent {
            adoptWorker(incarnation, of: service, heard: nil, sequence: nil)
        }
    }

    /// A record that a flush was about is gone from the store altogether.
    package mutating func learnedGone(_ id: Int64, _ service: UInt32, at now: Instant) {
        if board.cards[Int(service)].id == id { markGone(service, at: now) }
    }

    /// The driver did not answer: the next flush has the same count.
    ///
    /// Others take a count that moves twice for two flushes, one begun after the other: none may be left out. Perhaps only
    /// the answer was lost; then a table counts on by itself, and elsewhere the count stands still once.
    package mutating func flushGivenUp(_ pending: PendingFlush) {
        if pending.flush.count == flushCount { flushCount -= 1 }
    }

    /// After `flushGivenUp`: the renewals `range` wait again, each as the last heartbeat of its service.
    package mutating func flushFailed(_ pending: PendingFlush, _ range: Range<Int>) {
        for position in range {
            let service = pending.services[position]
            let beats = pending.beats[position]
            let row = rows[Int(service)]
            if !row.flags.contains(.dirty) {
                rows[Int(service)].flags.insert(.dirty)
                dirty.append(service)
            }
            let (sum, overflow) = row.beats.addingReportingOverflow(beats)
            rows[Int(service)].beats = overflow ? .max : sum
            let count = board.hearings[Int(service)].reportCount
            if count >= UInt32(beats) { board.hearings[Int(service)].reportCount = count - UInt32(beats) }
            if row.flags.contains(.several) { workersWait(of: service, in: pending) }
        }
    }

    /// The workers of a service that a flush which failed was about wait again.
    private mutating func workersWait(of service: UInt32, in pending: PendingFlush) {
        let id = board.cards[Int(service)].id
        guard var all = workers[service] else { return }
        for renewal in pending.flush.workers where renewal.serviceID == id {
            for position in all.indices where all[position].number == renewal.number {
                all[position].isDirty = all[position].isDirty || all[position].name == renewal.worker
            }
        }
        workers[service] = all
    }

    /// The count of the last flush.
    package var currentFlushCount: Int64 { flushCount }

    /// Continues the count that the store had for this daemon.
    package mutating func continueFlushCount(from count: Int64) {
        flushCount = max(flushCount, count)
    }
}
