internal import RollcallWire

/// Decides what an agent does: when it beats, where, and what it says when its service fails or is stopped.
///
/// A value without clock, chance or I/O: time (since the agent's start) and chance (0 to 1) are arguments, and what is
/// to be done comes back as directives.
///
/// One message is under way at a time. A *round* is one attempt at each endpoint, and fits into one interval: an
/// attempt takes at most half an interval, at most two seconds, and at most its share of the interval.
///
///     watching ──all checks pass──▶ beating ──a check fails──▶ failing ──all pass again──▶ beating
///        any ──stop, no child──▶ leaving ──▶ ended
///        any ──stop, child──▶ (as before, until the child ends) ──▶ leaving ──▶ ended
///        any ──the child ends by itself──▶ reporting its end ──▶ ended
package struct AgentMachine: Sendable {
    /// What is fixed for the life of an agent.
    package struct Settings: Sendable {
        /// The interval until a daemon says another.
        package var interval = Duration.seconds(10)
        package var endpoints = 1
        package var checks = 0
        package var hasChild = false
        /// How often what a driver's back end holds of the service is renewed, or looked after, at most an interval; nil
        /// where all goes to daemons.
        package var directPace: Duration?

        package init() {}
    }

    enum CheckState: Hashable {
        case pending
        case passing
        case failing
    }

    /// What is said last, before the end.
    enum Farewell: Hashable {
        case left
        case failed(String)
    }

    /// The longest attempt, and the length of one at the very end, when there is no interval to keep.
    static let longestTry = Duration.seconds(2)
    /// How much slower a refused agent beats: it is to be seen, and not to be a load.
    ///
    /// As rarely one that goes to a back end directly asks whether it is still the service's.
    static let refusedPace = 6

    let settings: Settings
    var interval: Duration
    var checks: [CheckState]
    var isStopping = false
    var farewell: Farewell?
    var hasEnded = false
    /// A failure that no daemon has noted yet.
    var unreportedFailure: String?

    var isBeatDue = false
    /// A daemon has accepted a heartbeat since this agent began, failed, was refused or could not reach the back end: the
    /// next ones go there.
    var mayGoDirect = false
    var isDirectLost = false
    /// When a daemon last said that this incarnation is the service's.
    var lastConfirmed = Duration.zero
    var sequence: Int64 = 0
    var wasReady = false
    /// A daemon said that the service is forced down.
    var isForcedDown = false
    /// The code of the last refusal, until a heartbeat is accepted again.
    var refusal: WireErrorCode?
    var isUnanswered = false

    var lastTryID = 0
    var tryUnderWay: AgentTry?
    var tryBegan = Duration.zero
    var endpoint = 0
    /// Attempts of this round that nobody answered.
    var triesInRound = 0
    var roundBegan = Duration.zero
    var lastTimerID = 0

    package init(settings: Settings) {
        self.settings = settings
        interval = settings.interval
        checks = Array(repeating: .pending, count: max(0, settings.checks))
    }

    /// Whether every check passes.
    var isHealthy: Bool { checks.allSatisfy { $0 == .passing } }

    /// The agent has started.
    package mutating func started(at now: Duration) -> [AgentDirective] {
        isBeatDue = isHealthy
        return advance(at: now)
    }

    /// A timer has run out; one that was replaced is ignored.
    package mutating func timerFired(id: Int, at now: Duration) -> [AgentDirective] {
        guard id == lastTimerID, !hasEnded else { return [] }
        isBeatDue = isHealthy
        return advance(at: now)
    }

    /// Something happened around the agent.
    package mutating func happened(_ event: AgentEvent, at now: Duration) -> [AgentDirective] {
        guard !hasEnded else { return [] }
        switch event {
        case .checkPassed(let index): return checkPassed(index, at: now)
        case .checkFailed(let index, let message): return checkFailed(index, message, at: now)
        case .stopRequested: return stopRequested(at: now)
        case .childEnded(let message): return childEnded(message, at: now)
        }
    }

    /// Sends what is most urgent, unless something is under way.
    mutating func advance(at now: Duration) -> [AgentDirective] {
        guard !hasEnded, tryUnderWay == nil else { return [] }
        if let farewell {
            // Before anything was sent, and when this incarnation is not the service's any more, nobody needs to know.
            // A clone shares its incarnation with the original and must not take it down.
            guard sequence > 0, !isReplaced else { return end() }
            switch farewell {
            case .left: return send(.left, limit: Self.longestTry, at: now)
            case .failed(let message): return send(.failed(message), limit: Self.longestTry, at: now)
            }
        }
        if let message = unreportedFailure {
            return send(.failed(message), limit: tryLimit, at: now)
        }
        guard isBeatDue else { return [] }
        isBeatDue = false
        sequence += 1
        guard settings.directPace != nil, mayGoDirect else {
            return send(.beat(sequence: sequence), limit: tryLimit, at: now)
        }
        return send(.direct(sequence: sequence), limit: tryLimit, at: now)
    }

    /// The back end holds the service until then.
    private mutating func held(at now: Duration, chance: Double) -> [AgentDirective] {
        let pace = min(settings.directPace ?? interval, interval)
        return [setTimer(at: max(now, tryBegan + Self.jittered(pace, chance)))]
    }

    /// What came of going to the back end, or of asking whether that is still right.
    mutating func answeredDirect(
        _ attempt: AgentTry,
        _ answer: AgentAnswer,
        at now: Duration,
        chance: Double
    ) -> [AgentDirective] {
        switch (attempt.message, answer) {
        case (.direct, .noted):
            var directives: [AgentDirective] = []
            if isDirectLost {
                isDirectLost = false
                directives.append(.notice(.message(.info, "the driver's back end is reached again")))
            }
            if now - lastConfirmed >= interval * Self.refusedPace, farewell == nil {
                return directives + send(.inquiry, limit: tryLimit, at: now)
            }
            return directives + held(at: now, chance: chance) + advance(at: now)
        case (.inquiry, .refused(let code, let words)):
            // A heartbeat mends it, or says what follows.
            mayGoDirect = false
            isBeatDue = isHealthy && farewell == nil
            let notice = AgentNotice.message(.warning, "not held directly any more: \(words) (\(code.rawValue))")
            return [.notice(notice)] + advance(at: now)
        case (.inquiry, _):
            // Where nobody knows, that changes nothing.
            lastConfirmed = now
            var directives: [AgentDirective] = []
            if case .confirmed(let isForcedDown) = answer { directives = forced(isForcedDown) }
            return directives + held(at: now, chance: chance) + advance(at: now)
        default:
            // Daemons hear of it at once, with the next sequence: what was sent may have arrived.
            mayGoDirect = false
            isBeatDue = isHealthy && farewell == nil
            guard !isDirectLost, case .unanswered(let words) = answer else { return advance(at: now) }
            isDirectLost = true
            let notice = AgentNotice.message(.warning, "the driver's back end is not reached: \(words)")
            return [.notice(notice)] + advance(at: now)
        }
    }

    /// Whether a daemon said that this incarnation is not the service's any more.
    var isReplaced: Bool { refusal.map(Self.isLasting) ?? false }

    /// Refusals that this incarnation can do nothing about.
    static func isLasting(_ code: WireErrorCode) -> Bool {
        [.staleIncarnation, .serviceDeleted, .staleSequence, .left].contains(code)
    }

    private var tryLimit: Duration {
        min(interval / 2, Self.longestTry, interval / max(1, settings.endpoints))
    }

    private mutating func send(
        _ message: AgentTry.Message,
        limit: Duration,
        at now: Duration
    ) -> [AgentDirective] {
        if triesInRound == 0 { roundBegan = now }
        lastTryID += 1
        // What comes of this attempt sets the next timer; one set before it is void.
        lastTimerID += 1
        tryBegan = now
        let attempt = AgentTry(id: lastTryID, endpoint: endpoint, message: message, limit: limit)
        tryUnderWay = attempt
        return [.send(attempt)]
    }

    mutating func end() -> [AgentDirective] {
        hasEnded = true
        return [.finish]
    }

    mutating func setTimer(at time: Duration) -> AgentDirective {
        lastTimerID += 1
        return .setTimer(id: lastTimerID, at: time)
    }
}
