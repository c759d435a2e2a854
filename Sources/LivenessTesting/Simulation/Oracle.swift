import LivenessCore

/// Knows what every verdict must be, from what really happened: by arithmetic of its own on seen time, not by the
/// machine's rules.
struct Oracle {
    // All in nanoseconds: this runs for every service at every other tick.

    /// How much earlier than the verdict the tick may have been that made it, as seen from here.
    private let early = 2 * DeadlineWheel.slotWidth.clampedNanoseconds
    /// From the deadline to the verdict: the promise with one daemon, and how late it is looked at here.
    private let late = 250_000_000 + 2 * DeadlineWheel.slotWidth.clampedNanoseconds

    /// From a back end's last sign to the moment it counts as lost: three observations, and the last one's age.
    private static let lossNotice: Int64 = 4_250_000_000

    private struct Knowledge {
        /// When a heartbeat of it last counted; nil before the first.
        var heard: Instant?
        /// What the clock of seen time showed then.
        var seenAt: Int64 = 0
        /// How much of it may turn out to have been blind: a back end counts as lost from its last sign on.
        var doubtful: Int64 = 0
        var hasDeparted = false
        var state: LivenessState?
        /// The newest one that the store has numbered.
        var incarnation = 0
        /// Since a restart, a service may have less than its down time left.
        var isInherited = false
    }

    private var services: [Knowledge]
    /// Time seen since the start: blind time is left out.
    private var seenClock: Int64 = 0
    private let downTime: Int64
    private let interval: Int64
    let pauseThreshold: Duration
    private(set) var lastTick = Instant(nanoseconds: 0)
    private var isBackendLost = false
    private(set) var violations: [String] = []
    private(set) var worstLateness: Int64 = 0

    init(services: Int, settings: LivenessSettings) {
        self.services = Array(repeating: Knowledge(), count: services)
        downTime = settings.serviceDownTime.clampedNanoseconds
        interval = settings.reportInterval.clampedNanoseconds
        pauseThreshold = settings.effectivePauseThreshold
    }

    mutating func violated(_ message: String) {
        if violations.count < 20 { violations.append(message) }
    }

    /// A heartbeat counted.
    ///
    /// One that waited in the sockets counts from when the blindness began: no time was seen since.
    mutating func heard(_ service: Int, at now: Instant) {
        ticked(at: now)
        services[service].heard = now
        services[service].seenAt = seenClock
        services[service].doubtful = 0
        services[service].hasDeparted = false
        services[service].isInherited = false
    }

    mutating func departed(_ service: Int) {
        services[service].hasDeparted = true
    }

    /// Time went by in which the daemon ran.
    mutating func ticked(at now: Instant) {
        let passed = now - lastTick
        lastTick = now
        guard passed <= pauseThreshold, !isBackendLost else { return }
        seenClock += passed.clampedNanoseconds
    }

    mutating func wasStopped(until now: Instant) {
        // A stop shorter than the threshold is seen time like any other: the next tick counts it.
        if now - lastTick > pauseThreshold { lastTick = now }
    }

    mutating func restarted(at now: Instant) {
        lastTick = now
        isBackendLost = false
        for service in services.indices {
            services[service].seenAt = seenClock
            services[service].isInherited = true
        }
    }

    /// What a new daemon read: a recorded down stays until the service is heard.
    mutating func inherited(_ service: Int, _ verdict: Verdict?) {
        if verdict?.state == .down { services[service].state = .down }
    }

    /// A numbered incarnation was accepted: those before it are replaced from now on.
    mutating func admitted(_ service: Int, incarnation: Int) {
        services[service].incarnation = max(services[service].incarnation, incarnation)
    }

    func isReplaced(_ service: Int, incarnation: Int) -> Bool {
        incarnation < services[service].incarnation
    }

    mutating func backend(isLost: Bool) {
        if isLost, !isBackendLost {
            for service in services.indices { services[service].doubtful += Self.lossNotice }
        }
        isBackendLost = isLost
    }

    mutating func check(_ service: Int, _ verdict: Verdict, host: String, at now: Instant) {
        let before = services[service].state
        services[service].state = verdict.state
        let known = services[service]
        let seen = seenClock - known.seenAt
        guard let heard = known.heard, !known.hasDeparted else { return }
        if verdict.state == .down, before != .down, verdict.reason == .heartbeatMissed {
            // After a restart at least two intervals must have been seen; else the whole down time.
            let least = known.isInherited ? min(interval * 2, downTime) : downTime
            if seen + early < least {
                violated("\(host) is down after \(seen) of seen silence, at \(now.nanoseconds)")
            }
            if (now - heard).clampedNanoseconds < least {
                violated("\(host) is down \(now - heard) after it was heard")
            }
            let lateness = seen - downTime - known.doubtful
            worstLateness = max(worstLateness, known.isInherited ? 0 : lateness)
        }
        let latest = downTime + known.doubtful + late
        if verdict.state != .down, seen > latest, !isBackendLost {
            let silence = "\(seen) of seen silence, at \(now.nanoseconds)"
            violated("\(host) is \(verdict.state) (\(verdict.reason)) after \(silence)")
            services[service].heard = nil
        }
    }
}
