import LivenessCore
import RollcallClient
import RollcallWire

/// A service and what tells of it: the real agent's machine, or one who only sends.
struct ReportingService {
    /// What comes next for it.
    enum Step {
        /// A try goes to that daemon; without an answer it is given up after the limit.
        case send(sequence: UInt64, daemon: Int, attempt: Int, limit: Duration)
        /// It wants to be woken, seconds after its start.
        case wake(timer: Int, at: Duration)
    }

    let host: String
    private let reporting: Reporting
    private let interval: Duration
    /// The daemon that its agent tells first.
    private let favourite: Int
    private let daemons: Int
    private(set) var isAlive = false
    /// Counts the starts; the name of the incarnation.
    private(set) var life = 0
    private var started = Instant(nanoseconds: 0)
    private var agent = AgentMachine(settings: AgentMachine.Settings())
    private var sequence: UInt64 = 0

    init(number: Int, plan: QualityPlan) {
        host = "host-\(number)"
        reporting = plan.reporting
        interval = plan.settings.reportInterval
        favourite = number % plan.daemons
        daemons = plan.daemons
    }

    /// When something of this life, seconds after its start, happens.
    func instant(_ time: Duration) -> Instant { started + time }

    mutating func die() { isAlive = false }

    mutating func start(at now: Instant) -> [Step] {
        isAlive = true
        life += 1
        started = now
        sequence = 0
        guard reporting == .agent else { return [.wake(timer: 0, at: .zero)] }
        var settings = AgentMachine.Settings()
        settings.interval = interval
        settings.endpoints = daemons
        agent = AgentMachine(settings: settings)
        return steps(agent.started(at: .zero))
    }

    /// A timer has run out.
    ///
    /// - Parameters:
    ///   - timer: Which one.
    ///   - now: The present.
    ///   - chance: 0 to 1.
    ///   - lot: The daemon that a load balancer would choose.
    /// - Returns: What comes next.
    mutating func woke(_ timer: Int, at now: Instant, chance: Double, lot: Int) -> [Step] {
        guard reporting == .agent else {
            sequence += 1
            let next = now - started + interval * (0.9 + 0.2 * chance)
            let send = Step.send(sequence: sequence, daemon: lot, attempt: 0, limit: interval)
            return [send, .wake(timer: 0, at: next)]
        }
        return steps(agent.timerFired(id: timer, at: now - started))
    }

    /// What came of a try; `outcome` is nil when no answer came.
    mutating func answered(
        _ attempt: Int,
        _ outcome: HeartbeatOutcome.Kind?,
        at now: Instant,
        chance: Double
    ) -> [Step] {
        guard reporting == .agent else { return [] }
        let answer: AgentAnswer
        switch outcome {
        case .renewed, .repeated:
            var entry = HeartbeatEntry(index: 0, host: host, binary: Self.binary, uuid: "")
            entry.reportInterval = interval.inSeconds
            // The server spreads it by as much either way.
            entry.nextReportIn = interval.inSeconds * (0.9 + 0.2 * chance)
            answer = .accepted(entry)
        case .rejected(.databaseUnavailable): answer = .refused(.databaseUnavailable, "")
        case .rejected, .pending: answer = .refused(.staleSequence, "")
        case nil: answer = .unanswered("lost")
        }
        return steps(agent.answered(attempt, answer, at: now - started, chance: chance))
    }

    private func steps(_ directives: [AgentDirective]) -> [Step] {
        directives.compactMap { directive in
            switch directive {
            case .send(let attempt):
                guard case .beat(let sequence) = attempt.message else { return nil }
                let daemon = (favourite + attempt.endpoint) % daemons
                let number = UInt64(max(0, sequence))
                return .send(sequence: number, daemon: daemon, attempt: attempt.id, limit: attempt.limit)
            case .setTimer(let id, let time): return .wake(timer: id, at: time)
            case .notice, .finish: return nil
            }
        }
    }

    private static let binary = "nova-compute"

    func heartbeat(_ sequence: UInt64) -> Heartbeat {
        Heartbeat(host: host, binary: Self.binary, incarnation: "i\(life)", sequence: sequence)
    }
}
