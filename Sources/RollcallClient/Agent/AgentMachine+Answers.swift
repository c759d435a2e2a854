internal import RollcallWire

extension AgentMachine {
    /// The shortest and longest time to the next heartbeat, whatever a daemon says: those of a report_interval.
    private static let intervals: ClosedRange<Double> = WireLimits.reportInterval

    /// An attempt came to its end; the answer to one that was given up is ignored.
    package mutating func answered(
        _ id: Int,
        _ answer: AgentAnswer,
        at now: Duration,
        chance: Double
    ) -> [AgentDirective] {
        guard let attempt = tryUnderWay, attempt.id == id, !hasEnded else { return [] }
        tryUnderWay = nil
        switch attempt.message {
        case .direct, .inquiry: return answeredDirect(attempt, answer, at: now, chance: chance)
        case .beat, .failed, .left: break
        }
        switch answer {
        case .unanswered(let words):
            return unanswered(attempt, words, at: now, chance: chance)
        case .refused(let code, let words) where code == .databaseUnavailable || code == .driverLost:
            return unanswered(attempt, words, at: now, chance: chance)
        case .refused(let code, let words):
            return endRound() + refused(attempt, code, words, at: now, chance: chance)
        case .accepted(let entry):
            return endRound() + accepted(entry, at: now)
        case .noted, .confirmed:
            return endRound() + noted(attempt, at: now)
        }
    }

    /// Somebody answered: the next message begins a round of its own.
    private mutating func endRound() -> [AgentDirective] {
        triesInRound = 0
        guard isUnanswered else { return [] }
        isUnanswered = false
        return [.notice(.message(.info, "an endpoint answers again"))]
    }

    private mutating func accepted(_ entry: HeartbeatEntry, at now: Duration) -> [AgentDirective] {
        var directives: [AgentDirective] = []
        if refusal != nil {
            refusal = nil
            directives.append(.notice(.message(.info, "heartbeats are accepted again")))
        }
        interval = Self.duration(entry.reportInterval)
        lastConfirmed = now
        if settings.directPace != nil, isHealthy, farewell == nil {
            mayGoDirect = true
            // Later on with the next heartbeat: a back end that is away is not to be asked again and again.
            isBeatDue = !wasReady
        }
        directives.append(
            .notice(.status("\(entry.state.rawValue) (\(entry.stateReason.rawValue)), \(entry.status.rawValue)"))
        )
        if !wasReady {
            wasReady = true
            directives.append(.notice(.ready))
        }
        directives += forced(entry.stateReason == .forcedDown)
        // Counted from the attempt's beginning, so that a slow answer does not slow the beat.
        directives.append(setTimer(at: max(now, tryBegan + Self.duration(entry.nextReportIn))))
        return directives + advance(at: now)
    }

    /// Told once for each time that it is so.
    mutating func forced(_ isForced: Bool) -> [AgentDirective] {
        guard isForced != isForcedDown else { return [] }
        isForcedDown = isForced
        return isForced
            ? [.notice(.message(.warning, "an operator has forced the service down")), .notice(.forcedDown)]
            : [.notice(.message(.info, "the service is forced down no more"))]
    }

    private mutating func noted(_ attempt: AgentTry, at now: Duration) -> [AgentDirective] {
        guard farewell == nil else {
            // A beat or a failure that ended while the farewell waited is not the farewell.
            return isFarewell(attempt) ? end() : advance(at: now)
        }
        unreportedFailure = nil
        return advance(at: now)
    }

    private mutating func refused(
        _ attempt: AgentTry,
        _ code: WireErrorCode,
        _ words: String,
        at now: Duration,
        chance: Double
    ) -> [AgentDirective] {
        guard case .beat = attempt.message else {
            // Asked again, the daemon would say the same: it has been told, and says that it changes nothing.
            let message = "the end or failure of the service was refused: \(words) (\(code.rawValue))"
            return [.notice(.message(.warning, message))] + noted(attempt, at: now)
        }
        var directives: [AgentDirective] = []
        mayGoDirect = false
        if refusal != code {
            refusal = code
            directives.append(.notice(.message(.error, "heartbeats are refused: \(words) (\(code.rawValue))")))
            directives.append(.notice(.status("refused: \(code.rawValue)")))
        }
        let pause = Self.isLasting(code) ? interval * Self.refusedPace : interval
        directives.append(setTimer(at: max(now, tryBegan + Self.jittered(pause, chance))))
        return directives + advance(at: now)
    }

    private mutating func unanswered(
        _ attempt: AgentTry,
        _ words: String,
        at now: Duration,
        chance: Double
    ) -> [AgentDirective] {
        endpoint = (endpoint + 1) % max(1, settings.endpoints)
        guard isStillWanted(attempt) else {
            // Something else is to be told now, and every endpoint may hear of that.
            triesInRound = 0
            return advance(at: now)
        }
        triesInRound += 1
        guard triesInRound >= settings.endpoints else {
            if case .beat = attempt.message { isBeatDue = true }
            return advance(at: now)
        }
        triesInRound = 0
        var directives: [AgentDirective] = []
        if !isUnanswered {
            isUnanswered = true
            directives.append(.notice(.message(.warning, "no endpoint answers: \(words)")))
            directives.append(.notice(.status("no endpoint answers")))
        }
        if farewell != nil { return directives + end() }
        // Sooner than a whole interval, so that a daemon that was away briefly hears in time; after a round that took
        // its whole interval, a tenth of one later.
        let next = max(now + interval / 10, roundBegan + Self.jittered(interval / 2, chance))
        directives.append(setTimer(at: next))
        return directives
    }

    /// Whether what was tried is still what is to be told.
    private func isStillWanted(_ attempt: AgentTry) -> Bool {
        guard farewell == nil else { return isFarewell(attempt) }
        return switch attempt.message {
        case .beat, .direct, .inquiry: isHealthy
        case .failed: unreportedFailure != nil
        case .left: false
        }
    }

    private func isFarewell(_ attempt: AgentTry) -> Bool {
        switch (farewell, attempt.message) {
        case (.left, .left): true
        case (.failed(let message), .failed(let told)): message == told
        default: false
        }
    }

    /// Spread by 10 % either way, so that a fleet that was refused together does not come back together.
    static func jittered(_ duration: Duration, _ chance: Double) -> Duration {
        duration * (0.9 + 0.2 * min(max(chance, 0), 1))
    }

    /// Seconds that a daemon said, within what a report_interval may be.
    private static func duration(_ seconds: Double) -> Duration {
        .seconds(min(max(seconds, intervals.lowerBound), intervals.upperBound))
    }
}
