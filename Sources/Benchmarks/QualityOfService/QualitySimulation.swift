import LivenessCore
import LivenessTesting

/// One or two daemons over one back end, and a fleet whose heartbeats are lost and whose processes die, in virtual time.
///
/// The core and the agent are the real ones; what lies between them, the network and the driver's servers, is a model.
/// Calls to a back end take no time. The same seed always gives the same figures.
package struct QualitySimulation {
    private enum Event {
        case starts(Int)
        case dies(Int, life: Int)
        case wakes(Int, life: Int, timer: Int)
        case arrives(Try, daemon: Int)
        case isAnswered(Try, HeartbeatOutcome.Kind?)
        case ticks(Int)
        case flushes(Int)
        case observes(Int)
    }

    private struct Try {
        var service: Int
        var life: Int
        var sequence: UInt64
        var attempt: Int
    }

    private struct Peer {
        var daemon: ModelDaemon
        /// The board's content when it was last read.
        var content: UInt64?
        var lastFlush: Instant
        /// The dense numbers of the fleet.
        var places: [UInt32?]
        var watches: [Watch]
    }

    private let plan: QualityPlan
    private let settings: LivenessSettings
    private let downTime: Duration
    private let backend: ModelBackend
    /// Chance of the fleet and its network, and of the daemons.
    private var random: SplitMix64
    private var daemonRandom: SplitMix64
    private let seed: UInt64
    private var events = EventQueue<Event>()
    private var peers: [Peer] = []
    private var fleet: [ReportingService]
    /// The last heartbeat of each that was heard, and where.
    private var heard: [(at: Instant, by: Int)]
    private var now = Instant(nanoseconds: 0)
    private let end: Instant
    private var isOver = false
    /// Events handled.
    private var turns: UInt64 = 0
    private var figures = QualityFigures()

    package init(_ plan: QualityPlan, seed: UInt64) {
        self.plan = plan
        self.seed = seed
        settings = plan.settings
        downTime = settings.downTime(topic: "", reportInterval: settings.reportInterval)
        backend = ModelBackend(plan.driver)
        random = SplitMix64(seed: seed)
        daemonRandom = SplitMix64(seed: ~seed)
        fleet = (0..<plan.services).map { ReportingService(number: $0, plan: plan) }
        heard = Array(repeating: (now, 0), count: plan.services)
        end = now + plan.duration
    }

    package mutating func run() async throws -> QualityFigures {
        for number in 0..<plan.daemons { try await start(number) }
        for service in fleet.indices {
            let later = Double.random(in: 1...1 + settings.reportInterval.inSeconds, using: &random)
            events.push(.starts(service), at: now + .seconds(later))
        }
        await advance(to: end)
        isOver = true
        for number in peers.indices {
            for service in fleet.indices { peers[number].watches[service].end(at: now, &figures) }
        }
        // Who died last is still to be noticed.
        await advance(to: end + downTime * 2 + .seconds(5))
        for service in fleet.indices { settle(service) }
        return figures
    }

    private mutating func advance(to limit: Instant) async {
        while let at = events.nextAt, at <= limit, let event = events.pop() {
            now = at
            await handle(event)
            turns &+= 1
            // Nothing in it ever waits: others that share the threads of tasks would not get a turn until it is over.
            if turns % 64 == 0 { await Task.yield() }
        }
        now = limit
    }

    private mutating func handle(_ event: Event) async {
        switch event {
        case .starts(let service): starts(service)
        case .dies(let service, let life): dies(service, life)
        case .wakes(let service, let life, let timer):
            guard fleet[service].isAlive, fleet[service].life == life else { return }
            let lot = Int.random(in: peers.indices, using: &random)
            carryOut(fleet[service].woke(timer, at: now, chance: chance(), lot: lot), of: service)
        case .arrives(let attempt, let daemon): await arrives(attempt, at: daemon)
        case .isAnswered(let attempt, let outcome):
            guard fleet[attempt.service].isAlive, fleet[attempt.service].life == attempt.life else { return }
            let steps = fleet[attempt.service].answered(attempt.attempt, outcome, at: now, chance: chance())
            carryOut(steps, of: attempt.service)
        case .ticks(let number): await tick(number)
        case .flushes(let number): await flush(number)
        case .observes(let number):
            bring(number)
            await peers[number].daemon.observe()
            events.push(.observes(number), at: now + settings.observeInterval + hesitation())
            read(number)
        }
    }

    // MARK: The fleet

    private mutating func starts(_ service: Int) {
        guard !isOver, !fleet[service].isAlive else { return }
        let isKnownDead = fleet[service].life == 0 || peers.allSatisfy { $0.watches[service].hasNoticed }
        guard isKnownDead else { return events.push(.starts(service), at: now + absence()) }
        settle(service)
        carryOut(fleet[service].start(at: now), of: service)
        let life = -plan.meanLife * (1 - chance()).logarithm
        events.push(.dies(service, life: fleet[service].life), at: now + .seconds(life))
    }

    private mutating func dies(_ service: Int, _ life: Int) {
        guard !isOver, fleet[service].isAlive, fleet[service].life == life else { return }
        fleet[service].die()
        for number in peers.indices {
            peers[number].watches[service].died(
                at: now,
                heard: heard[service].at,
                isAtHearer: heard[service].by == number,
                &figures
            )
        }
        events.push(.starts(service), at: now + absence())
    }

    private mutating func settle(_ service: Int) {
        for number in peers.indices { peers[number].watches[service].settle(downTime: downTime, &figures) }
    }

    private mutating func carryOut(_ steps: [ReportingService.Step], of service: Int) {
        for step in steps {
            switch step {
            case .wake(let timer, let time):
                let wakes = Event.wakes(service, life: fleet[service].life, timer: timer)
                events.push(wakes, at: max(now, fleet[service].instant(time)))
            case .send(let sequence, let daemon, let number, let limit):
                let attempt = Try(service: service, life: fleet[service].life, sequence: sequence, attempt: number)
                figures.tries += 1
                if chance() < plan.loss {
                    figures.lost += 1
                    events.push(.isAnswered(attempt, nil), at: now + limit)
                } else {
                    events.push(.arrives(attempt, daemon: daemon), at: now + way())
                }
            }
        }
    }

    private mutating func arrives(_ attempt: Try, at number: Int) async {
        let service = attempt.service
        guard fleet[service].life == attempt.life else { return }
        bring(number)
        let outcome = await peers[number].daemon.beat(fleet[service].heartbeat(attempt.sequence))
        if outcome == .renewed {
            heard[service] = (now, number)
            if !fleet[service].isAlive {
                for other in peers.indices {
                    peers[other].watches[service].heardLate(at: now, isAtHearer: other == number)
                }
            }
        }
        if outcome != .renewed || peers[number].daemon.isBackendLost { figures.refused += 1 }
        events.push(.isAnswered(attempt, outcome), at: now + way())
        read(number)
    }

    // MARK: The daemons

    private mutating func start(_ number: Int) async throws {
        var own = settings
        own.daemon = "d\(number)"
        var daemon = ModelDaemon(
            settings: own,
            store: backend.store,
            driver: backend.driver(own),
            isShared: plan.daemons > 1,
            at: now,
            seed: seed &* 1_000 &+ UInt64(number)
        )
        backend.clock.move(to: now)
        try await daemon.start(isCompanied: number > 0)
        let watches = Array(repeating: Watch(), count: plan.services)
        let places = [UInt32?](repeating: nil, count: plan.services)
        peers.append(Peer(daemon: daemon, lastFlush: now, places: places, watches: watches))
        // Their loops do not run in step.
        events.push(.ticks(number), at: now + phase(DeadlineWheel.slotWidth))
        events.push(.flushes(number), at: now + phase(settings.flushInterval))
        events.push(.observes(number), at: now + phase(settings.observeInterval))
    }

    /// Brings a daemon's clock, and what its driver takes for the time, to the present.
    private mutating func bring(_ number: Int) {
        backend.clock.move(to: now)
        let late = now - peers[number].daemon.now
        if late > .zero { peers[number].daemon.stall(late) }
    }

    private mutating func tick(_ number: Int) async {
        bring(number)
        peers[number].daemon.notice()
        await peers[number].daemon.decide()
        events.push(.ticks(number), at: now + DeadlineWheel.slotWidth + hesitation())
        read(number)
    }

    /// At the pace of the engine's flushes: with others twice as often, and always; alone when there is something.
    private mutating func flush(_ number: Int) async {
        bring(number)
        let machine = peers[number].daemon.machine
        let isWatched = machine.hasCompany(at: now)
        let isOverdue = now - peers[number].lastFlush >= settings.observeInterval
        if isWatched || machine.dirtyCount > 0 || isOverdue {
            await peers[number].daemon.flush()
            peers[number].lastFlush = now
        }
        let pace = isWatched ? settings.flushInterval / 2 : settings.flushInterval
        events.push(.flushes(number), at: now + pace + hesitation())
        read(number)
    }

    /// Reads what a daemon says of everybody, if anything of it has changed.
    private mutating func read(_ number: Int) {
        let content = peers[number].daemon.machine.board.content
        if peers[number].content == content { return }
        peers[number].content = content
        for service in fleet.indices {
            if peers[number].places[service] == nil {
                peers[number].places[service] = peers[number].daemon.place(of: fleet[service].host)
            }
            guard let state = peers[number].daemon.verdict(at: peers[number].places[service])?.state,
                state != peers[number].watches[service].said
            else { continue }
            peers[number].watches[service].says(state, at: now, &figures)
        }
    }

    // MARK: Chance

    private mutating func chance() -> Double { Double.random(in: 0..<1, using: &random) }

    private mutating func way() -> Duration { .seconds(Double.random(in: plan.latency, using: &random)) }

    /// How long a process stays away: longer than what is left of it may be seen.
    private mutating func absence() -> Duration {
        let least = max(settings.reportInterval * 2, .seconds(3)).inSeconds
        return .seconds(Double.random(in: least...least * 2, using: &random))
    }

    private mutating func phase(_ period: Duration) -> Duration {
        .seconds(Double.random(in: 0...period.inSeconds, using: &daemonRandom))
    }

    /// A loop comes a little later than it asked for.
    private mutating func hesitation() -> Duration {
        .seconds(Double.random(in: 0...0.002, using: &daemonRandom))
    }
}
