extension AgentMachine {
    mutating func checkPassed(_ index: Int, at now: Duration) -> [AgentDirective] {
        guard checks.indices.contains(index), checks[index] != .passing else { return [] }
        let wasFailing = checks.contains(.failing)
        checks[index] = .passing
        guard isHealthy else { return [] }
        // A failure that nobody has heard of is none any more; the heartbeat says so.
        unreportedFailure = nil
        isBeatDue = true
        let notices: [AgentDirective] = wasFailing ? [.notice(.message(.info, "all checks pass again"))] : []
        return notices + advance(at: now)
    }

    mutating func checkFailed(_ index: Int, _ message: String, at now: Duration) -> [AgentDirective] {
        guard checks.indices.contains(index), checks[index] != .failing else { return [] }
        let wasFailing = checks.contains(.failing)
        checks[index] = .failing
        isBeatDue = false
        // Daemons are to hear of the failure, and then that it is over.
        mayGoDirect = false
        guard !wasFailing else { return [.notice(.message(.warning, "another check failed: \(message)"))] }
        // What was planned for a living service is off.
        lastTimerID += 1
        // Before the first heartbeat no daemon knows this incarnation, and none would believe it. Someone else's service
        // is left alone.
        if sequence > 0, !isReplaced { unreportedFailure = message }
        let note = sequence > 0 ? "" : "; nothing is reported before the first heartbeat"
        return [
            .notice(.message(.error, "a check failed: \(message)\(note)")),
            .notice(.status("failed: \(message)")),
        ] + advance(at: now)
    }

    mutating func stopRequested(at now: Duration) -> [AgentDirective] {
        guard !isStopping else { return [] }
        isStopping = true
        guard !settings.hasChild else { return [.notice(.status("waiting for the child to end"))] }
        return sayFarewell(.left, at: now)
    }

    mutating func childEnded(_ message: String, at now: Duration) -> [AgentDirective] {
        guard farewell == nil else { return [] }
        guard !isStopping else { return sayFarewell(.left, at: now) }
        return [.notice(.message(.error, "the child ended: \(message)"))] + sayFarewell(.failed(message), at: now)
    }

    private mutating func sayFarewell(_ farewell: Farewell, at now: Duration) -> [AgentDirective] {
        self.farewell = farewell
        unreportedFailure = nil
        isBeatDue = false
        lastTimerID += 1
        if tryUnderWay == nil { triesInRound = 0 }
        return advance(at: now)
    }
}
