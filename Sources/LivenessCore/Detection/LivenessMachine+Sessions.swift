/// Services that hold a session of their own in the back end: while it stands nobody has to hear them, and when it ends
/// they are down at once (rows 3 and 9).
extension LivenessMachine {
    /// Sessions that an observation found to stand or to have ended, in their order.
    package mutating func sessionsObserved(_ observed: ArraySlice<ObservedSession>, at now: Instant) {
        noticePause(at: now)
        for session in observed {
            guard let service = board.find(session.uuid) else { continue }
            let hash = board.hasher.incarnation(session.incarnation)
            if session.isStanding {
                sessions.begin(hash, of: service, at: now)
            } else if let ended = sessions.end(hash, of: service), isCurrent(hash, of: service) {
                end(ended, of: service, at: now)
            }
            assess(service, at: now)
        }
    }

    /// How many services hold a session.
    package var sessionCount: Int { sessions.count }

    /// Whether the session is that of a current incarnation: a replaced one's says nothing.
    func holdsSession(_ service: UInt32, _ sessions: Sessions) -> Bool {
        sessions[service].contains { isCurrent($0.incarnationHash, of: service) }
    }

    private func isCurrent(_ hash: UInt64, of service: UInt32) -> Bool {
        guard rows[Int(service)].flags.contains(.several) else { return hash == incarnationHash(of: service) }
        return workers[service]?.contains { $0.incarnationHash == hash && !$0.hasLeft } ?? false
    }

    /// With its session its time is over, unless it has been beating beside it since: so does an agent whose session is
    /// about to end although it lives.
    private mutating func end(_ session: Sessions.Session, of service: UInt32, at now: Instant) {
        let row = rows[Int(service)]
        if holdsSession(service, sessions) { return }
        let patience = board.cards[Int(service)].reportInterval * 3 / 2 + settings.showing
        let isHeardBeside =
            row.flags.contains(.heard) && row.heardAt > session.began + settings.showing
            && now - row.heardAt <= patience
        if isHeardBeside { return }
        // Now, and not before: what others heard until now must have been seen, too.
        rows[Int(service)].lastHeard = (now - row.downDuration).nanoseconds
        sessions.expire(service, lastHeard: rows[Int(service)].lastHeard)
        // Nobody was silent before: what was counted a moment ago says nothing of it.
        brakes.census = nil
    }

    /// The back end lost what it held: whoever held a session in it has a whole down time to show itself.
    ///
    /// To be called before `sessionsObserved`: that they are gone says nothing.
    package mutating func sessionsLost(at now: Instant) {
        for service in sessions.lost() {
            rows[Int(service)].lastHeard = max(rows[Int(service)].lastHeard, now.nanoseconds)
            rows[Int(service)].flags.insert([.heard, .elsewhere])
            assess(service, at: now)
        }
    }

    /// Of how many services the session alone says that they live, and not to the driver that is to decide.
    func sessionsUnknown(to shadow: ShadowView) -> Int {
        sessions.services.count { service in
            board.standings[Int(service)].verdict.reason == .session && !holdsSession(service, shadow.sessions)
        }
    }

    /// The sessions of another back end count from now on: whoever held one in the one before has a whole down time.
    ///
    /// Answers those of the one before.
    mutating func replaceSessions(by others: Sessions, at now: Instant) -> Sessions {
        let before = sessions
        for service in before.services where board.standings[Int(service)].verdict.reason == .session {
            rows[Int(service)].lastHeard = max(rows[Int(service)].lastHeard, now.nanoseconds)
            rows[Int(service)].flags.insert([.heard, .elsewhere])
        }
        sessions = others
        return before
    }

    /// What a session says of the service; nothing while its back end does not answer.
    func addSessions(of service: UInt32, _ row: RosterRow, to evidence: inout Evidence) {
        evidence.hasSession = health.lostSince == nil && !evidence.hasFailed && holdsSession(service, sessions)
        evidence.hasSessionExpired = sessions.hasExpired(service, lastHeard: row.lastHeard)
    }
}
