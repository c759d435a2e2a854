import LivenessCore

/// A fleet and its daemon in virtual time: processes that die, leave and fail; a network that loses,
/// doubles and reorders; a daemon that is stopped, killed and cut off from its database; a wall clock that steps.
///
/// An oracle beside it, which shares no code with the machine, knows what every verdict must be. The same seed always
/// gives the same run.
package struct Simulation {
    private enum Event {
        case beat(Int)
        case arrival(Int, incarnation: Int, sequence: UInt64)
        case ends(Int)
        case starts(Int)
        case pause
        case kill
        case outage
        case outageEnds
        case wallStep
    }

    private let plan: SimulationPlan
    private var random: SplitMix64
    private var events = EventQueue<Event>()
    private var fleet: [SimulatedService]
    private var daemon: ModelDaemon
    private var oracle: Oracle
    private var nextTick: Instant
    private var isStoreAway = false
    private var ticks = 0
    private var follower = LogFollower()
    /// What arrives now waited in the sockets of a stopped daemon.
    private var isReadingBacklog = false
    package private(set) var report: SimulationReport

    package init(_ plan: SimulationPlan, seed: UInt64) {
        self.plan = plan
        random = SplitMix64(seed: seed)
        let store = InMemoryStore(logID: "simulated") { Timestamp(microseconds: 0) }
        daemon = ModelDaemon(settings: plan.settings, store: store, seed: seed)
        fleet = (0..<plan.services).map { SimulatedService(number: $0) }
        oracle = Oracle(services: plan.services, settings: plan.settings)
        nextTick = Instant(nanoseconds: 0) + DeadlineWheel.slotWidth
        report = SimulationReport(seed: seed)
    }

    /// Runs to the end and answers what was seen.
    package mutating func run() async throws -> SimulationReport {
        try await daemon.start()
        schedule()
        let end = Instant(nanoseconds: 0) + plan.duration
        while daemon.now < end { try await step(until: end) }
        await settle()
        try await audit()
        report.serviceHours = Double(plan.services) * plan.duration.inSeconds / 3_600
        report.violations = oracle.violations
        report.worstLatenessMilliseconds = Double(oracle.worstLateness) / 1e6
        return report
    }

    /// To the next event or tick, whichever comes first.
    private mutating func step(until end: Instant) async throws {
        if let at = events.nextAt, at < nextTick {
            advance(to: at)
            if let event = events.pop() { try await handle(event) }
            return
        }
        advance(to: nextTick)
        nextTick = nextTick + DeadlineWheel.slotWidth
        await daemon.tick()
        oracle.ticked(at: daemon.now)
        ticks += 1
        // Nothing in it ever waits: others that share the threads of tasks would not get a turn until it is over.
        if ticks % 16 == 0 { await Task.yield() }
        if ticks % 8 == 0 {
            for wrong in await follower.read(daemon) { oracle.violated(wrong) }
        }
        // Every second tick is close enough, and half the work.
        if ticks % 2 == 0, !daemon.isCatchingUp { check() }
    }

    private mutating func advance(to instant: Instant) {
        if instant > daemon.now { daemon.stall(instant - daemon.now) }
    }

    // MARK: What happens

    private mutating func schedule() {
        for service in fleet.indices {
            let interval = plan.settings.reportInterval.inSeconds
            events.push(.starts(service), at: daemon.now + seconds(Double.random(in: 0...interval, using: &random)))
        }
        plant(.pause, perHour: plan.pausesPerHour)
        plant(.kill, perHour: plan.restartsPerHour)
        plant(.outage, perHour: plan.outagesPerHour)
        plant(.wallStep, perHour: plan.wallStepsPerHour)
    }

    private mutating func plant(_ event: Event, perHour rate: Double) {
        let hours = plan.duration.inSeconds / 3_600
        let expected = rate * hours
        let count = Int(expected) + (chance(expected - expected.rounded(.down)) ? 1 : 0)
        for _ in 0..<count {
            let at = Double.random(in: 0...plan.duration.inSeconds, using: &random)
            events.push(event, at: Instant(nanoseconds: 0) + seconds(at))
        }
    }

    private mutating func handle(_ event: Event) async throws {
        switch event {
        case .starts(let service): start(service)
        case .beat(let service): beat(service)
        case .arrival(let service, let incarnation, let sequence):
            await arrive(service, incarnation: incarnation, sequence: sequence)
        case .ends(let service): try await ends(service)
        case .pause: try await pause()
        case .kill:
            try await restart()
            follower.cutOff()
        case .outage: outage()
        case .outageEnds:
            isStoreAway = false
            daemon.store.setOutage(nil)
        case .wallStep:
            daemon.wallOffset += chance(0.5) ? .seconds(3_600) : .seconds(-3_600)
        }
    }

    private mutating func start(_ service: Int) {
        fleet[service].start()
        let perHour = plan.deathsPerHour + plan.leavesPerHour + plan.failuresPerHour
        if perHour > 0 {
            let life = -3_600 / perHour * (1 - Double.random(in: 0..<1, using: &random)).logarithm
            events.push(.ends(service), at: daemon.now + seconds(life))
        }
        events.push(.beat(service), at: daemon.now)
    }

    private mutating func beat(_ service: Int) {
        guard fleet[service].isAlive else { return }
        fleet[service].sequence += 1
        let incarnation = fleet[service].incarnation
        let sequence = fleet[service].sequence
        if !chance(plan.loss) { send(service, incarnation, sequence) }
        if chance(plan.duplication) { send(service, incarnation, sequence) }
        let jitter = Double.random(in: 0.9...1.1, using: &random)
        let next = daemon.now + seconds(plan.settings.reportInterval.inSeconds * jitter)
        events.push(.beat(service), at: next)
    }

    private mutating func send(_ service: Int, _ incarnation: Int, _ sequence: UInt64) {
        var delay = plan.latency.inSeconds * Double.random(in: 0.1...2, using: &random)
        if chance(plan.reordering) { delay += Double.random(in: 0...30, using: &random) }
        events.push(
            .arrival(service, incarnation: incarnation, sequence: sequence),
            at: daemon.now + seconds(delay)
        )
    }

    private mutating func arrive(_ service: Int, incarnation: Int, sequence: UInt64) async {
        report.heartbeats += 1
        let heartbeat = fleet[service].heartbeat(incarnation: incarnation, sequence: sequence)
        let before = daemon.verdict(fleet[service].host)
        let outcome = await daemon.beat(heartbeat)
        let liftsNothing = isReadingBacklog && before?.state == .down
        if case .renewed = outcome, !liftsNothing { oracle.heard(service, at: daemon.now) }
        if liftsNothing, daemon.verdict(fleet[service].host)?.state != .down {
            oracle.violated("stale bytes lifted \(fleet[service].host) at \(daemon.now.nanoseconds)")
        }
        guard outcome == .renewed, !isStoreAway else { return }
        if oracle.isReplaced(service, incarnation: incarnation) {
            oracle.violated("a replaced incarnation of \(fleet[service].host) was accepted")
        }
        oracle.admitted(service, incarnation: incarnation)
    }

    private mutating func ends(_ service: Int) async throws {
        guard fleet[service].isAlive else { return }
        fleet[service].isAlive = false
        let all = plan.deathsPerHour + plan.leavesPerHour + plan.failuresPerHour
        let kind = Double.random(in: 0..<max(all, 1e-9), using: &random)
        if kind < plan.deathsPerHour {
            report.deaths += 1
        } else {
            let manner: Departure.Manner =
                kind < plan.deathsPerHour + plan.leavesPerHour ? .left : .failed(message: "check failed")
            // While the store is away the leave is refused, and the process dies without it.
            if let result = try? await daemon.leave(fleet[service].departure(manner)), case .departed = result {
                oracle.departed(service)
                if daemon.verdict(fleet[service].host)?.state != .down {
                    oracle.violated("\(fleet[service].host) departed and is not down")
                }
            }
        }
        let away = Double.random(in: plan.absence, using: &random)
        events.push(.starts(service), at: daemon.now + seconds(away))
    }

    // MARK: What the daemon suffers

    /// The process is stopped.
    ///
    /// What arrives waits in its sockets and is read when it goes on, before or after the ticker notices.
    private mutating func pause() async throws {
        let length = seconds(Double.random(in: plan.pauseSeconds, using: &random))
        report.pauses += 1
        let end = daemon.now + length
        let waiting = takeArrivals(until: end)
        advance(to: end)
        isReadingBacklog = end - oracle.lastTick > oracle.pauseThreshold
        oracle.wasStopped(until: daemon.now)
        let split = Int.random(in: 0...waiting.count, using: &random)
        for arrival in waiting[..<split] { try await handle(arrival) }
        daemon.notice()
        for arrival in waiting[split...] { try await handle(arrival) }
        isReadingBacklog = false
        await daemon.tick()
        nextTick = daemon.now + DeadlineWheel.slotWidth
        oracle.ticked(at: daemon.now)
    }

    /// The process is killed and started again: what it had not flushed is gone, and so is what was sent meanwhile.
    private mutating func restart() async throws {
        report.restarts += 1
        let length = seconds(Double.random(in: plan.restartSeconds, using: &random))
        let end = daemon.now + length
        _ = takeArrivals(until: end)
        // A daemon cannot start without its database.
        daemon.store.setOutage(nil)
        isStoreAway = false
        var next = ModelDaemon(
            settings: plan.settings,
            store: daemon.store,
            at: end,
            seed: random.next()
        )
        next.wallOffset = daemon.wallOffset
        daemon = next
        try await daemon.start()
        for service in fleet.indices {
            fleet[service].place = nil
            oracle.inherited(service, daemon.verdict(fleet[service].host))
        }
        nextTick = daemon.now + DeadlineWheel.slotWidth
        oracle.restarted(at: daemon.now)
    }

    private mutating func outage() {
        report.outages += 1
        isStoreAway = true
        daemon.store.setOutage(StoreError(.unavailable, "simulated outage"))
        let length = Double.random(in: plan.outageSeconds, using: &random)
        events.push(.outageEnds, at: daemon.now + seconds(length))
    }

    /// Takes the arrivals until `end` out of the queue and lets everything else happen that does not need the daemon.
    private mutating func takeArrivals(until end: Instant) -> [Event] {
        var arrivals: [Event] = []
        var later: [(Event, Instant)] = []
        while let at = events.nextAt, at <= end {
            guard let event = events.pop() else { break }
            switch event {
            case .arrival: arrivals.append(event)
            case .beat(let service):
                advance(to: at)
                beat(service)
            case .starts(let service):
                advance(to: at)
                start(service)
            case .ends(let service):
                // Without a daemon to tell, every end is a death.
                if fleet[service].isAlive {
                    fleet[service].isAlive = false
                    report.deaths += 1
                    let away = Double.random(in: plan.absence, using: &random)
                    later.append((.starts(service), at + seconds(away)))
                }
            case .outageEnds:
                isStoreAway = false
                daemon.store.setOutage(nil)
            case .pause, .kill, .outage, .wallStep: later.append((event, end + .seconds(1)))
            }
        }
        for (event, at) in later { events.push(event, at: max(at, end)) }
        return arrivals
    }

    // MARK: Checking

    /// Holds every verdict against the oracle.
    private mutating func check() {
        oracle.backend(isLost: daemon.isBackendLost)
        for service in fleet.indices {
            guard let verdict = daemon.verdict(at: fleet[service].place) else {
                fleet[service].place = daemon.place(of: fleet[service].host)
                continue
            }
            oracle.check(service, verdict, host: fleet[service].host, at: daemon.now)
        }
    }

    /// Lets everything come to rest: nothing happens any more but time.
    private mutating func settle() async {
        daemon.store.setOutage(nil)
        for _ in 0..<100 {
            advance(to: nextTick)
            nextTick = nextTick + DeadlineWheel.slotWidth
            await daemon.tick()
            oracle.ticked(at: daemon.now)
        }
    }

    /// Reads the transition log: gap-free, each service's rows joined end to end, the last one what is shown.
    private mutating func audit() async throws {
        let log = try await daemon.store.transitions(since: 0, limit: .max / 2).transitions
        report.transitions = log.count
        report.downs = log.filter { $0.to == .down }.count
        for (position, row) in log.enumerated() where row.revision != Int64(position + 1) {
            oracle.violated("revision \(row.revision) stands at position \(position + 1)")
            break
        }
        var last: [String: LivenessState] = [:]
        for row in log where row.kind == .state || row.kind == .created {
            if let before = last[row.host], row.kind == .state, row.from != before {
                oracle.violated("revision \(row.revision): \(row.host) goes from what it was not")
            }
            if let to = row.to { last[row.host] = to }
        }
        for service in fleet {
            guard let verdict = daemon.verdict(service.host), !verdict.reason.isLocalOpinion else { continue }
            if last[service.host] != verdict.state {
                oracle.violated("\(service.host) is shown \(verdict.state) and recorded otherwise")
            }
        }
    }

    // MARK: Chance

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private func seconds(_ seconds: Double) -> Duration {
        .nanoseconds(Int64(seconds * 1e9))
    }
}
