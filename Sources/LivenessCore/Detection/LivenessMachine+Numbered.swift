/// Heartbeats that name their service by number: a renewal is the same one store as any other, and everything that takes
/// the record store is left to a heartbeat that says more.
extension LivenessMachine {
    /// Takes in the heartbeats `range` and appends one outcome for each.
    ///
    /// `pending` are those whose service or incarnation is not known here, or that the store would have to decide: their
    /// sender has to come with a whole heartbeat.
    ///
    /// - Parameters:
    ///   - beats: The heartbeats; each has a sequence.
    ///   - range: Which of them.
    ///   - now: The present.
    ///   - outcomes: Where what became of them goes.
    ///   - mayReport: Whether the sender of the beat at a position may beat for a host and a binary.
    package mutating func heartbeatsReceived(
        _ beats: [NumberedHeartbeat],
        _ range: Range<Int>,
        at now: Instant,
        outcomes: inout [HeartbeatOutcome],
        mayReport: (_ position: Int, _ host: ArraySlice<UInt8>, _ binary: ArraySlice<UInt8>) -> Bool
    ) {
        let heard = heardFrom(now)
        let first = outcomes.count
        var lookups = takeLookups(range.count)
        look(for: beats.span.extracting(range), lookups.mutableSpan)
        for (offset, position) in range.enumerated() {
            let beat = beats[position]
            var service = lookups[offset].service
            if service != HeartbeatOutcome.noService, board.cards[Int(service)].uuid != beat.uuid {
                service = board.findRemembered(beat.uuid) ?? HeartbeatOutcome.noService
            }
            guard service != HeartbeatOutcome.noService, beat.number > 0 else {
                outcomes.append(HeartbeatOutcome(service: HeartbeatOutcome.noService, kind: .pending))
                continue
            }
            guard beat.isTrusted || board.withName(of: service, { mayReport(position, $0, $1) }) else {
                counters.rejected &+= 1
                outcomes.append(HeartbeatOutcome(service: HeartbeatOutcome.noService, kind: .rejected(.forbidden)))
                continue
            }
            outcomes.append(received(beat, service, heard: heard, now: now))
        }
        self.lookups = lookups
        if !relays.isEmpty { noteWay(of: outcomes, from: first, by: Relays.direct, on: [], at: heard) }
    }

    /// Finds the first record filed under each hash, and brings its row into the cache.
    @inline(__always)
    private func look(for beats: Span<NumberedHeartbeat>, _ lookups: consuming MutableSpan<Lookup>) {
        for offset in beats.indices {
            lookups[offset].touched = Int64(truncatingIfNeeded: board.uuids.firstSlot(Board.hash(beats[offset].uuid)))
        }
        for offset in beats.indices {
            let found = board.uuids.find(Board.hash(beats[offset].uuid), isMatch: { _ in true })
            lookups[offset].service = found.map { UInt32(truncatingIfNeeded: $0) } ?? HeartbeatOutcome.noService
        }
        for offset in beats.indices where lookups[offset].service != HeartbeatOutcome.noService {
            let service = Int(lookups[offset].service)
            let row = rows[service]
            let card = board.cards[service]
            lookups[offset].touched =
                row.lastHeard ^ Int64(row.flags.rawValue) ^ Int64(truncatingIfNeeded: card.uuid.low)
        }
    }

    @inline(__always)
    private mutating func received(
        _ beat: NumberedHeartbeat,
        _ service: UInt32,
        heard: Instant,
        now: Instant
    ) -> HeartbeatOutcome {
        let row = rows[Int(service)]
        guard row.flags.contains(.up), row.flags.isDisjoint(with: .special), beat.sequence > row.sequence, heard == now,
            board.cards[Int(service)].incarnationNumber == beat.number, hasCurrentDownTime(service)
        else { return receivedUnusual(beat, service, heard: heard, now: now) }
        renew(service, row, sequence: beat.sequence, heard: heard)
        let isNews = row.flags.contains(.tell)
        // Whoever asks for no answer has not been told.
        if isNews, !beat.isAnswered { rows[Int(service)].flags.insert(.tell) }
        return HeartbeatOutcome(service: service, kind: .renewed, isNews: isNews)
    }

    /// Everything but the plain renewal of a service that is up: as if a heartbeat of that incarnation had said nothing new.
    @inline(never)
    private mutating func receivedUnusual(
        _ beat: NumberedHeartbeat,
        _ service: UInt32,
        heard: Instant,
        now: Instant
    ) -> HeartbeatOutcome {
        let pending = HeartbeatOutcome(service: HeartbeatOutcome.noService, kind: .pending)
        // Changed settings hold from the next heartbeat on: the store has to write down what they make of it.
        guard hasCurrentDownTime(service) else { return pending }
        var entry = HeartbeatBatch.Entry()
        entry.sequence = beat.sequence
        if rows[Int(service)].flags.contains(.several) {
            guard let worker = workers[service]?.first(where: { $0.number == Int64(beat.number) }) else {
                return pending
            }
            entry.incarnationHash = worker.incarnationHash
            entry.attributesHash = worker.attributesHash ^ attributesSalt
            let text = HeartbeatBatch(texts: worker.name, for: &entry)
            return receivedUnusual(entry, text, service, stated: 0, heard: heard, now: now)
        }
        guard board.cards[Int(service)].incarnationNumber == beat.number else { return pending }
        entry.incarnationHash = incarnationHash(of: service)
        let stated = rows[Int(service)].stated
        return receivedUnusual(entry, HeartbeatBatch(), service, stated: stated, heard: heard, now: now)
    }

    /// Whether its down time is the one that the settings say now.
    @inline(__always)
    private func hasCurrentDownTime(_ service: UInt32) -> Bool {
        // They are those it was computed with until they change for the first time.
        attributesSalt == 0 || isDownTimeCurrent(service)
    }

    @inline(never)
    private func isDownTimeCurrent(_ service: UInt32) -> Bool {
        let interval = board.cards[Int(service)].reportInterval
        let downTime = settings.downTime(topic: board.profile(of: service).topic, reportInterval: interval)
        return downTime.clampedMilliseconds == Int64(rows[Int(service)].downTime)
    }
}

extension HeartbeatBatch {
    /// A batch that holds nothing but the name of a worker, into which the entry points.
    fileprivate init(texts worker: String, for entry: inout Entry) {
        self.init(bytes: Array(worker.utf8))
        entry.worker = Slice(offset: 0, count: UInt16(clamping: worker.utf8.count))
    }
}
