import DequeModule

/// Incarnations that no longer count and services that were deleted: refused for a day, then forgotten.
extension LivenessMachine {
    // MARK: Deletions

    /// The record is gone from the store altogether.
    mutating func markGone(_ service: UInt32, at now: Instant) {
        if board.isListed(service) { markDeleted(service, at: now) }
    }

    mutating func markDeleted(_ service: UInt32, at now: Instant) {
        board.setDeleted(true, service)
        rows[Int(service)].flags.insert(.deleted)
        rows[Int(service)].flags.remove([.due, .up])
        remove(service)
        brakes.failures[service] = nil
        sessions.forget(service)
        leaveRelay(service)
        doubtsOfOthers[service] = nil
        workers[service] = nil
        wheel.withdraw(service)
        board.membership += 1
        board.content &+= 1
        isChanged = true
        noteDeletion(of: service, at: now)
    }

    mutating func noteDeletion(of service: UInt32, at now: Instant) {
        ending += 1
        burials[service] = Burial(at: now, order: ending)
        deletions.append((service, ending))
    }

    // MARK: Incarnations

    func hash(_ incarnation: IncarnationRecord) -> UInt64 {
        board.hasher.incarnation(incarnation.incarnation)
    }

    /// Of the incarnation that the record has; 0 when it never stated one.
    func incarnationHash(of service: UInt32) -> UInt64 {
        board.hasher.incarnation(board.incarnation(of: service))
    }

    /// Why an incarnation of a service is refused; nil when it is not known to be retired.
    func rejection(of hash: UInt64, of service: UInt32) -> HeartbeatRejection? {
        guard let retirement = retired[RetiredIncarnation(service: service, incarnationHash: hash)] else { return nil }
        if let burial = burials[service], retirement.order < burial.order { return .serviceDeleted }
        return retirement.rejection
    }

    mutating func retire(_ hash: UInt64, of service: UInt32, _ rejection: HeartbeatRejection, at now: Instant) {
        guard hash != 0 else { return }
        let key = RetiredIncarnation(service: service, incarnationHash: hash)
        // What left stays *left*, also once a newer one took its place.
        if retired[key] != nil, rejection != .serviceDeleted { return }
        ending += 1
        retired[key] = Retirement(rejection: rejection, at: now, order: ending)
        retirements.append((key, ending))
    }

    mutating func remember(_ incarnation: IncarnationRecord, of service: UInt32, isDeleted: Bool, at now: Instant) {
        if isDeleted {
            retire(hash(incarnation), of: service, .serviceDeleted, at: now)
        } else if incarnation.leftAt != nil {
            retire(hash(incarnation), of: service, .left, at: now)
        } else if incarnation.replacedAt != nil {
            retire(hash(incarnation), of: service, .staleIncarnation, at: now)
        }
    }

    // MARK: Forgetting

    /// Forgets retired incarnations and deleted services of more than a day ago, up to `limit` of each.
    ///
    /// Returns whether there may be more of them.
    package mutating func forget(at now: Instant, limit: Int) -> Bool {
        let oldest = now - Burials.memory
        // No down time is longer than the day either.
        blind.forget(before: oldest)
        let areMoreRetired = forgetRetirements(before: oldest, limit: limit)
        let areMoreDeleted = forgetDeletions(before: oldest, limit: limit)
        let areMoreFailures = forgetFailures(at: now, limit: limit)
        let areMoreRelays = !relays.isEmpty && relays.forget(before: oldest, limit: limit)
        return areMoreRetired || areMoreDeleted || areMoreFailures || areMoreRelays
    }

    private mutating func forgetRetirements(before oldest: Instant, limit: Int) -> Bool {
        for _ in 0..<limit {
            guard let first = retirements.first else { return false }
            if let retirement = retired[first.key], retirement.order == first.order {
                guard retirement.at < oldest else { return false }
                retired[first.key] = nil
            }
            retirements.removeFirst()
        }
        return true
    }

    private mutating func forgetDeletions(before oldest: Instant, limit: Int) -> Bool {
        for _ in 0..<limit {
            guard let first = deletions.first else { return false }
            if let burial = burials[first.service], burial.order == first.order {
                guard burial.at < oldest else { return false }
                burials[first.service] = nil
                if !board.isListed(first.service) { giveBack(first.service) }
            }
            deletions.removeFirst()
        }
        return true
    }

    /// Nothing is known of the service any more: its number is free.
    private mutating func giveBack(_ service: UInt32) {
        let hasher = board.hasher
        let names = board.names
        let cards = board.cards
        let card = cards[Int(service)]
        let location = board.location(of: service)
        if let place = NamePlace(location: location, number: service) {
            board.index.remove(names.hash(at: location, hasher), place.value) {
                names.hash(at: NamePlace($0).location, hasher)
            }
        }
        board.uuids.remove(Board.hash(card.uuid), UInt64(service)) { Board.hash(cards[Int($0)].uuid) }
        board.extras[service] = nil
        board.profiles.give(card.profile)
        free.append(service)
    }
}
