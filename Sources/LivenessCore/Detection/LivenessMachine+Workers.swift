/// Services with several workers: each named worker has an incarnation of its own, and the service is up while one is.
extension LivenessMachine {
    /// Takes in the current incarnations of a service whose workers have names.
    mutating func adoptWorkers(of service: UInt32, from incarnations: [IncarnationRecord]) {
        let current = incarnations.filter(\.isCurrent)
        guard current.contains(where: { !$0.worker.isEmpty }) else { return }
        workers[service] = current.map { Worker($0, hasher: board.hasher) }
        rows[Int(service)].flags.insert(.several)
        publishWorkers(of: service)
    }

    /// Takes in one worker's current incarnation: heard just now, or departed.
    mutating func adoptWorker(
        _ incarnation: IncarnationRecord,
        of service: UInt32,
        heard: Instant?,
        sequence: UInt64?,
        attributesHash: UInt32 = 0
    ) {
        guard !incarnation.worker.isEmpty || workers[service] != nil else { return }
        var all = workers[service] ?? []
        if all.isEmpty, incarnationHash(of: service) != 0 {
            // What was the service's only worker, without a name, becomes one of several.
            all.append(unnamedWorker(of: service))
        }
        var worker = Worker(incarnation, hasher: board.hasher)
        worker.attributesHash = attributesHash ^ attributesSalt
        if let position = all.firstIndex(where: { $0.name == incarnation.worker }) {
            // What a flush read may be older than what an admission has brought since.
            guard worker.number >= all[position].number else { return }
            let isSame = all[position].number == worker.number
            if !isSame { retire(all[position].incarnationHash, of: service, .staleIncarnation, at: lastTick) }
            worker.lastHeard = heard ?? (isSame ? all[position].lastHeard : .distantPast)
            worker.sequence = sequence ?? (isSame ? all[position].sequence : 0)
            worker.isDirty = heard != nil || all[position].isDirty && isSame
            all[position] = worker
        } else {
            worker.lastHeard = heard ?? .distantPast
            worker.sequence = sequence ?? 0
            worker.isDirty = heard != nil
            all.append(worker)
        }
        workers[service] = all
        rows[Int(service)].flags.insert(.several)
        let living = all.filter { !$0.hasLeft && !$0.hasFailed }
        if let latest = living.map(\.lastHeard).max(), latest != .distantPast {
            // What another daemon heard of the service was one of its workers, too.
            let elsewhere = rows[Int(service)].flags.contains(.elsewhere) ? rows[Int(service)].lastHeard : .min
            rows[Int(service)].lastHeard = max(latest.nanoseconds, elsewhere)
        }
        publishWorkers(of: service)
    }

    /// Whether a service with several workers counts as failed: none of them is left to live, and one failed.
    func haveWorkersFailed(_ service: UInt32) -> Bool {
        guard let all = workers[service] else { return false }
        return all.allSatisfy { $0.hasLeft || $0.hasFailed } && all.contains(where: \.hasFailed)
    }

    private func unnamedWorker(of service: UInt32) -> Worker {
        let card = board.cards[Int(service)]
        var record = IncarnationRecord(
            serviceID: card.id,
            worker: "",
            incarnation: board.incarnation(of: service),
            number: Int64(card.incarnationNumber),
            version: card.version,
            firstSeen: card.createdAt
        )
        record.lastSequence = rows[Int(service)].sequence
        var worker = Worker(record, hasher: board.hasher)
        if rows[Int(service)].flags.contains(.heard) { worker.lastHeard = rows[Int(service)].heardAt }
        worker.hasLeft = rows[Int(service)].flags.contains(.left)
        return worker
    }

    /// Drops workers that died more than an hour ago, or a down time where that is longer, while another of their service
    /// lives.
    package mutating func dropDeadWorkers(at now: Instant) {
        // They may live, and be heard by another daemon.
        if hasCompany(at: now) { return }
        for (service, all) in workers {
            let down = rows[Int(service)].downDuration
            guard all.contains(where: { !$0.hasLeft && now - $0.lastHeard < down }) else { continue }
            // Whom this daemon never heard counts from its start.
            let memory = max(WorkerRule.memory, down)
            let living = all.filter { now - max($0.lastHeard, started) < memory }
            if living.count < all.count, !living.isEmpty {
                workers[service] = living
                publishWorkers(of: service)
            }
        }
    }

    /// Puts the workers as they are now on the board.
    mutating func publishWorkers(of service: UInt32) {
        guard let all = workers[service] else { return }
        var extras = board.extras[service] ?? CardExtras()
        extras.workers = all.map { worker in
            WorkerStanding(
                worker: worker.name,
                incarnation: worker.incarnation,
                number: worker.number,
                version: worker.version,
                state: state(of: worker, of: service),
                lastHeard: worker.lastHeard == .distantPast ? nil : worker.lastHeard,
                lastSeenUp: worker.lastSeenUp
            )
        }
        board.extras[service] = extras
        board.cards[Int(service)].flags.insert(.extras)
        board.content &+= 1
        isChanged = true
    }

    /// A worker is up or down as it would be alone; where the service is unknown, silence proves nothing of it.
    private func state(of worker: Worker, of service: UInt32) -> LivenessState {
        if worker.hasLeft || worker.hasFailed { return .down }
        var row = rows[Int(service)]
        let verdict = board.standings[Int(service)].verdict
        let isSilent =
            worker.lastHeard == .distantPast
            || {
                row.lastHeard = worker.lastHeard.nanoseconds
                return blind.deadline(row) <= lastTick
            }()
        guard isSilent else { return .up }
        if verdict.state == .unknown || row.flags.contains(.elsewhere) { return .unknown }
        if verdict.state == .up, worker.lastHeard == .distantPast { return .unknown }
        return .down
    }

    /// A heartbeat of a service with several workers.
    mutating func workerHeard(
        _ entry: HeartbeatBatch.Entry,
        name: String,
        _ service: UInt32,
        at heard: Instant,
        now: Instant
    ) -> HeartbeatOutcome.Kind {
        guard var all = workers[service], let position = all.firstIndex(where: { $0.name == name }) else {
            return .pending
        }
        let worker = all[position]
        if worker.incarnationHash != entry.incarnationHash {
            return unknownIncarnation(entry.incarnationHash, uses: worker.incarnationHash != 0, of: service)
        }
        let isNewer = entry.sequence == HeartbeatBatch.Entry.noSequence || entry.sequence > worker.sequence
        if worker.hasLeft || worker.hasFailed { return isNewer ? .pending : .repeated }
        if !isNewer {
            let source = Repetitions.Source(service: service, worker: worker.incarnationHash)
            return repeated(source, lastNewer: max(worker.lastHeard, started), at: now)
        }
        if worker.attributesHash != entry.attributesHash ^ attributesSalt { return .pending }
        if entry.sequence != HeartbeatBatch.Entry.noSequence { all[position].sequence = entry.sequence }
        all[position].lastHeard = max(worker.lastHeard, heard)
        all[position].isDirty = true
        workers[service] = all
        return .renewed
    }
}
