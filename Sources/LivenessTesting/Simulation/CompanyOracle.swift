import LivenessCore

/// Knows of a fleet with several daemons what is true, and holds what they say against it.
///
/// It shares no code with the machine. What it asks: nobody is down whose heartbeat was accepted less than a down time
/// ago; who died is recorded down in time, where nothing befell a daemon meanwhile, and at the latest when row 7 has
/// had its time; nobody is recorded up who was not heard since; each change is recorded once.
struct CompanyOracle {
    private struct Truth {
        var isAlive = false
        var hasLeft = false
        /// When a daemon last answered one of its heartbeats with 200.
        var accepted: Instant?
        /// When it was last accepted after it had been silent for a down time: another may not have seen that.
        var revived = Instant.distantPast
        /// When a daemon last counted one of its heartbeats, whatever it answered.
        var counted: Instant?
        var endedAt: Instant?
        var recorded = LivenessState.unknown
        /// Since when that is recorded.
        var recordedAt = Instant(nanoseconds: 0)
        var isLate = false
    }

    private static let mostViolations = 5

    private let settings: LivenessSettings
    private var truths: [Truth]
    /// The last that befell a daemon or the database.
    private var trouble = Instant(nanoseconds: 0)
    private(set) var revision: Int64 = 0
    private(set) var violations: [String] = []

    init(services: Int, settings: LivenessSettings) {
        self.settings = settings
        truths = Array(repeating: Truth(), count: services)
    }

    mutating func violated(_ what: String) {
        if violations.count < Self.mostViolations { violations.append(what) }
    }

    mutating func troubled(at now: Instant) { trouble = now }

    mutating func started(_ service: Int) {
        truths[service].isAlive = true
        truths[service].hasLeft = false
        truths[service].accepted = nil
        truths[service].endedAt = nil
        truths[service].isLate = false
    }

    mutating func accepted(_ service: Int, at now: Instant) {
        let before = truths[service].accepted ?? .distantPast
        if now - before >= settings.serviceDownTime { truths[service].revived = now }
        truths[service].accepted = max(now, before)
    }

    mutating func counted(_ service: Int, at now: Instant) { truths[service].counted = now }

    mutating func ended(_ service: Int, hasLeft: Bool, at now: Instant) {
        truths[service].isAlive = false
        truths[service].hasLeft = hasLeft
        truths[service].endedAt = now
    }

    /// How long ago a heartbeat was accepted for which nobody may say down now; nil when they may.
    ///
    /// Who had been silent for a down time may be called down until its return has been seen, which takes a daemon that
    /// is cut off until its services are sent elsewhere.
    private func wronged(_ service: Int, at now: Instant) -> Duration? {
        let truth = truths[service]
        guard truth.isAlive, let accepted = truth.accepted, now - accepted < settings.serviceDownTime else {
            return nil
        }
        let isTroubled = now - trouble < settings.serviceDownTime
        let unseen = isTroubled ? settings.reportInterval * 4 : settings.flushInterval + settings.observeInterval
        return now - truth.revived < unseen ? nil : now - accepted
    }

    /// One daemon's verdict, and the one it gave before.
    ///
    /// A down that was right stays until that daemon learns more; no new one may be wrong.
    mutating func check(_ service: Int, _ verdict: Verdict, before: LivenessState?, at now: Instant) {
        guard verdict.state == .down, let before, before != .down, let silence = wronged(service, at: now) else {
            return
        }
        violated("host-\(service) is down (\(verdict.reason.word)), accepted \(silence.inSeconds) s ago")
    }

    /// A row of the log.
    mutating func recorded(_ row: Transition, at now: Instant) {
        if row.revision != revision + 1 { violated("revision \(row.revision) follows \(revision)") }
        revision = row.revision
        guard row.kind == .state || row.kind == .created, let service = Int(row.host.dropFirst("host-".count)),
            let to = row.to
        else { return }
        let truth = truths[service]
        if row.kind == .state, row.from != truth.recorded {
            violated("revision \(row.revision): \(row.host) goes from what it was not")
        }
        if to == .down, row.reason != Reason.left.word, let silence = wronged(service, at: now) {
            violated("\(row.host) is recorded down, accepted \(silence.inSeconds) s ago, revision \(row.revision)")
        }
        if to == .up, row.kind == .state, truth.recorded == .down {
            let heard = truth.counted ?? .distantPast
            if heard < truth.recordedAt - settings.serviceDownTime {
                violated("\(row.host) is recorded up and was not heard, revision \(row.revision)")
            }
        }
        truths[service].recorded = to
        truths[service].recordedAt = now
    }

    /// Whether all who died are recorded so in time.
    mutating func checkDeaths(at now: Instant) {
        for service in truths.indices {
            let truth = truths[service]
            guard let ended = truth.endedAt, let accepted = truth.accepted, truth.recorded != .down, !truth.isLate
            else {
                continue
            }
            let heard = max(accepted, ended - settings.reportInterval)
            // A quiet time around its deadline promises half a second; the rest is how often this is looked at.
            var due = heard + settings.serviceDownTime + .milliseconds(750)
            let silence = settings.observationLostAfter
            if trouble > heard - silence {
                due = max(due, trouble + settings.serviceDownTime + settings.reportInterval * 3 + silence + .seconds(2))
            }
            if now > due {
                truths[service].isLate = true
                violated("host-\(service) died \((now - ended).inSeconds) s ago and is recorded \(truth.recorded)")
            }
        }
    }

    /// When nothing has happened for two down times, all say what is true.
    mutating func checkAtRest(_ service: Int, _ verdict: Verdict?) {
        guard let verdict, truths[service].accepted != nil || truths[service].hasLeft else { return }
        let expected: LivenessState = truths[service].isAlive ? .up : .down
        if verdict.state != expected || truths[service].recorded != expected {
            violated("at rest host-\(service) is \(verdict) and recorded \(truths[service].recorded), not \(expected)")
        }
    }
}
