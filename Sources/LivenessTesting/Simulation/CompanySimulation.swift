import LivenessCore

/// Several daemons over one database and a fleet that reports to any of them, in virtual time: daemons are stopped,
/// killed and cut off, one by one and together, and services go elsewhere when they are not answered.
///
/// The same seed always gives the same run.
package struct CompanySimulation {
    private enum Event {
        case starts(Int)
        case ends(Int)
        case beat(Int)
        /// The heartbeat reaches a daemon; with `tries` left when that does not take it.
        case arrival(Beat, daemon: Int, tries: Int)
        case fault(Fault)
        case resume(Int)
        case restart(Int)
        case reunite(Int)
        case outageEnds
    }

    private enum Fault: CaseIterable {
        case stop
        case kill
        case cutOff
        case outage
    }

    private struct Beat {
        var service: Int
        var incarnation: Int
        var sequence: UInt64
    }

    private struct Peer {
        enum Condition {
            case running
            case stopped
            case dead
        }

        var daemon: ModelDaemon
        var condition = Condition.running
        var isCutOff = false
        /// What waits in its sockets.
        var backlog: [Beat] = []
        var stoppedAt = Instant(nanoseconds: 0)
        /// What it said of each service when last asked.
        var said: [LivenessState?] = []
    }

    /// A try takes at most 2 s.
    private static let patience = 2.0

    private let plan: SimulationPlan
    private var random: SplitMix64
    private var events = EventQueue<Event>()
    private let store: InMemoryStore
    private var peers: [Peer] = []
    private var fleet: [SimulatedService]
    /// The daemon that took a service's last heartbeat.
    private var homes: [Int]
    private var oracle: CompanyOracle
    private var now = Instant(nanoseconds: 0)
    private var ticks = 0
    private var isStoreAway = false
    private var starts: UInt64 = 0
    private var report: SimulationReport

    package init(_ plan: SimulationPlan, daemons: Int, seed: UInt64) async throws {
        self.plan = plan
        random = SplitMix64(seed: seed)
        store = InMemoryStore(logID: "simulated") { Timestamp(microseconds: 0) }
        fleet = (0..<plan.services).map { SimulatedService(number: $0) }
        homes = (0..<plan.services).map { $0 % daemons }
        oracle = CompanyOracle(services: plan.services, settings: plan.settings)
        report = SimulationReport(seed: seed)
        for number in 0..<daemons { peers.append(Peer(daemon: try await started(number))) }
    }

    private mutating func started(_ number: Int) async throws -> ModelDaemon {
        starts += 1
        var settings = plan.settings
        settings.daemon = "d\(number)"
        var daemon = ModelDaemon(settings: settings, store: store, isShared: true, at: now, seed: starts)
        let isCompanied = peers.indices.contains { other in
            other != number && peers[other].condition == .running && !peers[other].isCutOff
        }
        try await daemon.start(isCompanied: isCompanied)
        return daemon
    }

    package mutating func run() async throws -> SimulationReport {
        let interval = plan.settings.reportInterval.inSeconds
        for service in fleet.indices {
            events.push(.starts(service), at: after(Double.random(in: 0...interval, using: &random)))
        }
        plant(.stop, plan.pausesPerHour)
        plant(.kill, plan.restartsPerHour)
        plant(.cutOff, plan.outagesPerHour)
        plant(.outage, plan.outagesPerHour / 2)
        let end = now + plan.duration
        while now < end { try await step() }
        try await settle()
        report.serviceHours = Double(plan.services) * plan.duration.inSeconds / 3_600
        report.violations = oracle.violations
        return report
    }

    private mutating func step() async throws {
        now = now + DeadlineWheel.slotWidth
        while let at = events.nextAt, at <= now {
            guard let event = events.pop() else { break }
            try await handle(event)
        }
        for number in peers.indices {
            bring(number)
            if peers[number].condition == .running { await peers[number].daemon.tick() }
        }
        ticks += 1
        // As in `Simulation`: nothing in it ever waits.
        if ticks % 16 == 0 { await Task.yield() }
        if ticks % 4 == 0 { try await check() }
    }

    /// Brings a daemon's clock to the present.
    private mutating func bring(_ number: Int) {
        let late = now - peers[number].daemon.now
        if late > .zero, peers[number].condition == .running { peers[number].daemon.stall(late) }
    }

    private mutating func handle(_ event: Event) async throws {
        switch event {
        case .starts(let service):
            fleet[service].start()
            let perHour = plan.deathsPerHour + plan.leavesPerHour
            let life = -3_600 / perHour * (1 - Double.random(in: 0..<1, using: &random)).logarithm
            events.push(.ends(service), at: after(life))
            events.push(.beat(service), at: now)
            oracle.started(service)
        case .ends(let service): try await ends(service)
        case .beat(let service): beat(service)
        case .arrival(let beat, let daemon, let tries): await arrive(beat, at: daemon, tries: tries)
        case .fault(let fault): strike(fault)
        case .resume(let number): await resume(number)
        case .restart(let number):
            peers[number].condition = .dead
            if isStoreAway {
                events.push(.restart(number), at: after(1))
            } else {
                peers[number] = Peer(daemon: try await started(number))
            }
            oracle.troubled(at: now)
        case .reunite(let number):
            peers[number].isCutOff = false
            peers[number].daemon.isCutOff = false
            oracle.troubled(at: now)
        case .outageEnds:
            isStoreAway = false
            store.setOutage(nil)
            oracle.troubled(at: now)
        }
    }

    // MARK: The fleet

    private mutating func beat(_ service: Int) {
        guard fleet[service].isAlive else { return }
        fleet[service].sequence += 1
        let beat = Beat(
            service: service,
            incarnation: fleet[service].incarnation,
            sequence: fleet[service].sequence
        )
        // Some have a list of daemons, and some a round robin before them.
        let daemon = service % 2 == 0 ? homes[service] : Int.random(in: peers.indices, using: &random)
        send(beat, to: daemon, tries: peers.count)
        let jitter = Double.random(in: 0.9...1.1, using: &random)
        events.push(.beat(service), at: after(plan.settings.reportInterval.inSeconds * jitter))
    }

    private mutating func send(_ beat: Beat, to daemon: Int, tries: Int, later: Double = 0) {
        let way = later + plan.latency.inSeconds * Double.random(in: 0.1...2, using: &random)
        events.push(.arrival(beat, daemon: daemon, tries: tries), at: after(way))
    }

    private mutating func arrive(_ beat: Beat, at number: Int, tries: Int) async {
        report.heartbeats += 1
        var waits = 0.0
        if chance(plan.loss) {
            waits = Self.patience
        } else {
            switch peers[number].condition {
            case .dead: break
            case .stopped:
                peers[number].backlog.append(beat)
                waits = Self.patience
            case .running:
                if await take(beat, at: number) { return }
            }
        }
        guard tries > 1, fleet[beat.service].isAlive else { return }
        send(beat, to: (number + 1) % peers.count, tries: tries - 1, later: waits)
    }

    /// Whether the daemon answered with 200.
    private mutating func take(_ beat: Beat, at number: Int, heardAt: Instant? = nil) async -> Bool {
        bring(number)
        let heartbeat = fleet[beat.service].heartbeat(incarnation: beat.incarnation, sequence: beat.sequence)
        let outcome = await peers[number].daemon.beat(heartbeat)
        if outcome == .renewed, heardAt == nil { oracle.counted(beat.service, at: now) }
        if peers[number].daemon.isBackendLost { return false }
        switch outcome {
        case .renewed:
            homes[beat.service] = number
            if beat.incarnation == fleet[beat.service].incarnation {
                oracle.accepted(beat.service, at: heardAt ?? now)
            }
            return true
        case .repeated: return true
        case .rejected(let rejection):
            if rejection == .staleSequence || rejection == .left && fleet[beat.service].isAlive,
                beat.incarnation == fleet[beat.service].incarnation
            {
                oracle.violated("host-\(beat.service) was refused as \(rejection) at \(now.nanoseconds)")
            }
            return rejection != .databaseUnavailable
        case .pending: return false
        }
    }

    private mutating func ends(_ service: Int) async throws {
        guard fleet[service].isAlive else { return }
        fleet[service].isAlive = false
        var hasLeft = false
        if chance(plan.leavesPerHour / (plan.deathsPerHour + plan.leavesPerHour)) {
            for number in peers.indices where peers[number].condition == .running && !hasLeft {
                bring(number)
                if case .departed? = try? await peers[number].daemon.leave(fleet[service].departure(.left)) {
                    hasLeft = true
                }
            }
        }
        if !hasLeft { report.deaths += 1 }
        oracle.ended(service, hasLeft: hasLeft, at: now)
        events.push(.starts(service), at: after(Double.random(in: plan.absence, using: &random)))
    }

    // MARK: What the daemons suffer

    private mutating func plant(_ fault: Fault, _ perHour: Double) {
        let hours = plan.duration.inSeconds / 3_600
        for _ in 0..<Int((perHour * hours).rounded()) {
            events.push(.fault(fault), at: after(Double.random(in: 0...plan.duration.inSeconds, using: &random)))
        }
    }

    private mutating func strike(_ fault: Fault) {
        oracle.troubled(at: now)
        let number = Int.random(in: peers.indices, using: &random)
        switch fault {
        case .stop where peers[number].condition == .running:
            report.pauses += 1
            peers[number].condition = .stopped
            peers[number].stoppedAt = now
            events.push(.resume(number), at: after(Double.random(in: plan.pauseSeconds, using: &random)))
        case .kill where peers[number].condition == .running:
            report.restarts += 1
            peers[number].condition = .dead
            events.push(.restart(number), at: after(Double.random(in: plan.restartSeconds, using: &random)))
        case .cutOff where peers[number].condition == .running && !peers[number].isCutOff:
            report.outages += 1
            peers[number].isCutOff = true
            peers[number].daemon.isCutOff = true
            events.push(.reunite(number), at: after(Double.random(in: plan.outageSeconds, using: &random)))
        case .outage where !isStoreAway:
            report.outages += 1
            isStoreAway = true
            store.setOutage(StoreError(.unavailable, "simulated outage"))
            events.push(.outageEnds, at: after(Double.random(in: plan.outageSeconds, using: &random)))
        default: break
        }
    }

    private mutating func resume(_ number: Int) async {
        guard peers[number].condition == .stopped else { return }
        peers[number].condition = .running
        let backlog = peers[number].backlog
        peers[number].backlog = []
        bring(number)
        peers[number].daemon.notice()
        for beat in backlog { _ = await take(beat, at: number, heardAt: peers[number].stoppedAt) }
        oracle.troubled(at: now)
    }

    // MARK: Checking

    private mutating func check() async throws {
        for number in peers.indices where peers[number].condition == .running && !peers[number].daemon.isCatchingUp {
            let before = peers[number].said
            let verdicts = fleet.map { peers[number].daemon.verdict($0.host) }
            peers[number].said = verdicts.map { $0?.state }
            for (service, verdict) in verdicts.enumerated() where !before.isEmpty {
                if let verdict { oracle.check(service, verdict, before: before[service], at: now) }
            }
        }
        if !isStoreAway { try await readLog() }
    }

    private mutating func readLog() async throws {
        let rows = try await store.transitions(since: oracle.revision, limit: .max).transitions
        report.transitions += rows.count
        report.downs += rows.count { $0.to == .down }
        for row in rows { oracle.recorded(row, at: now) }
        oracle.checkDeaths(at: now)
    }

    /// Lets everything come to rest: nothing happens any more but heartbeats and time.
    private mutating func settle() async throws {
        store.setOutage(nil)
        isStoreAway = false
        for number in peers.indices {
            switch peers[number].condition {
            case .running: break
            case .stopped: await resume(number)
            case .dead: peers[number] = Peer(daemon: try await started(number))
            }
            peers[number].isCutOff = false
            peers[number].daemon.isCutOff = false
        }
        oracle.troubled(at: now)
        let end = now + plan.settings.serviceDownTime * 2
        while now < end {
            now = now + DeadlineWheel.slotWidth
            while let at = events.nextAt, at <= now, let event = events.pop() {
                switch event {
                case .beat, .arrival: try await handle(event)
                default: break
                }
            }
            for number in peers.indices {
                bring(number)
                await peers[number].daemon.tick()
            }
            ticks += 1
            if ticks % 4 == 0 { try await check() }
        }
        try await check()
        for service in fleet.indices {
            let verdicts = peers.map { $0.daemon.verdict(fleet[service].host) }
            for verdict in verdicts { oracle.checkAtRest(service, verdict) }
        }
    }

    // MARK: Chance

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private func after(_ seconds: Double) -> Instant {
        now + .nanoseconds(Int64(seconds * 1e9))
    }
}
