package import LivenessCore

/// A daemon without threads or sockets: the machine, a store and a clock moved by hand, driven step by step.
///
/// It does what the engine does, in the same order, one call at a time. Unit tests and the simulation run on it.
package struct ModelDaemon {
    package private(set) var machine: LivenessMachine
    package let store: InMemoryStore
    /// Whether other daemons may use the store.
    private let isShared: Bool
    /// Virtual time.
    ///
    /// The wall clock shows `wallOrigin` more, and can be stepped.
    package private(set) var now: Instant
    package var wallOffset: Duration = .seconds(1_700_000_000)
    private let driver: any LivenessDriver
    /// Shows the board to the driver while it is called; nil to one that reads the table and needs none.
    private let view: BoardView?
    /// This daemon alone cannot reach the store.
    package var isCutOff = false {
        didSet { (driver as? InMemoryDriver)?.sever(isCutOff) }
    }
    private var uuids: SplitMix64
    private var outcomes: [HeartbeatOutcome] = []

    /// A daemon that has not begun.
    ///
    /// - Parameters:
    ///   - settings: As configured.
    ///   - store: Its records.
    ///   - driver: Another one than that which rests on the store's table.
    ///   - isShared: Whether other daemons may use the store.
    ///   - now: The present.
    ///   - seed: Of its secret, and of the identities it gives to records.
    package init(
        settings: LivenessSettings = LivenessSettings(),
        store: InMemoryStore,
        driver: (any LivenessDriver)? = nil,
        isShared: Bool = false,
        at now: Instant = Instant(nanoseconds: 0),
        seed: UInt64 = 1
    ) {
        self.store = store
        self.isShared = isShared
        self.now = now
        uuids = SplitMix64(seed: seed)
        self.driver = driver ?? InMemoryDriver(store: store, daemon: settings.daemon)
        view = driver == nil ? nil : BoardView(hasher: NameHasher(seed: seed, secret: ~seed))
        let hasher = NameHasher(seed: seed, secret: ~seed)
        machine = LivenessMachine(settings: settings, hasher: hasher, isShared: isShared, at: now)
    }

    package var wall: Timestamp {
        Timestamp(microseconds: now.nanoseconds / 1_000) + wallOffset
    }

    /// Loads what the store has in so much time, as a daemon does before it hears anything; `isCompanied` where another
    /// was seen to live.
    package mutating func start(isCompanied: Bool = false, loading: Duration = .zero) async throws {
        let pages = Collected()
        let forgotten = wall - Burials.memory
        let head = try await store.load(since: forgotten) { page throws(StoreError) in pages.pages.append(page) }
        let view = view ?? BoardView(machine.board)
        driver.observer.begin(head.daemons) { view.board }
        machine.brakesLoaded(head.brakes, newestStamp: head.newestStamp, isCompanied: isCompanied, at: now)
        for page in pages.pages {
            machine.loaded(page, newestStamp: head.newestStamp, isCompanied: isCompanied, at: now)
        }
        let mine = head.daemons.first { $0.id == machine.settings.daemon }
        try await store.write(
            DaemonRecord(
                id: machine.settings.daemon,
                incarnation: "model",
                host: "model",
                release: 1,
                schemaRange: 1...1,
                phaseSeen: "both",
                flushCount: mine?.flushCount ?? 0,
                settingsDigest: "",
                lastSeen: wall
            )
        )
        machine.continueFlushCount(from: mine?.flushCount ?? 0)
        machine.logAdvanced(to: head.head)
        logRead = head.head.revision
        now = now + loading
        machine.began(at: now, loadedFrom: now - loading, wall: wall)
    }

    private final class Collected {
        var pages: [LoadedPage] = []
    }

    // MARK: Time

    /// Moves the clock without anything running: a stopped or starved process.
    package mutating func stall(_ duration: Duration) {
        now = now + duration
    }

    /// Moves the clock and does what the engine's loops do on the way, tick by tick.
    package mutating func run(_ duration: Duration) async {
        let end = now + duration
        while now < end {
            now = min(end, now + DeadlineWheel.slotWidth)
            await tick()
        }
    }

    private var sinceFlush = 0
    /// Up to where the log was read.
    private var logRead: Int64 = 0

    /// One tick of every loop.
    package mutating func tick() async {
        machine.ticked(at: now, wall: wall)
        sinceFlush += 1
        if sinceFlush % (machine.hasCompany(at: now) ? 2 : 5) == 0 { await flush() }
        if sinceFlush % 20 == 0 { await observe() }
        await decide()
    }

    /// What follows each tick: whoever is due is judged, and what changed is recorded.
    package mutating func decide() async {
        if machine.needsCatchUp { await catchUp() }
        await judge()
        if machine.areFailuresWaiting || machine.mustLookAtBrake(at: now) { lookAtBrake() }
        await keepBrakes()
        await record()
    }

    /// Only the ticker's first act: it notices what time it is.
    package mutating func notice() {
        machine.ticked(at: now, wall: wall)
    }

    package mutating func catchUp() async {
        await observe()
        machine.caughtUp(passBegan: now, at: now)
    }

    package mutating func judge() async {
        while machine.advance(to: now, limit: 128) {}
        while machine.continueSweep(limit: 128, at: now) {}
        guard isShared else {
            var left = machine.dueCount
            if left > 0 { lookAtBrake() }
            while left > 0 { left = machine.judge(passBegan: now, count: left, limit: 128, at: now) }
            return
        }
        guard machine.dueCount > 0, await look(at: []) else { return }
        let due = machine.takeDue(passBegan: now, count: machine.dueCount, limit: .max, at: now).due
        if due.isEmpty { return }
        if await look(at: due) {
            lookAtBrake()
            machine.judge(due[...], passBegan: now, at: now)
        } else {
            machine.putBack(due[...])
        }
    }

    /// Counts all services for the brake, and decides on those who were reported failed.
    package mutating func lookAtBrake() {
        while machine.lookAtBrake(limit: 128, at: now) {}
        while machine.judgeFailures(limit: 128, at: now) {}
    }

    /// Writes down what became of the brakes.
    private mutating func keepBrakes() async {
        while let change = machine.brakes.nextChange {
            do {
                try checkLink()
                switch change {
                case .engaged(let brake):
                    machine.brakeKnown(try await store.engage(brake, event(.brakeEngaged)).value, at: now)
                case .released(let release): _ = try await store.release(release, event(.brakeReleased))
                }
                machine.brakeWritten()
            } catch {
                return
            }
        }
    }

    /// An operator releases a brake that the store does not have yet.
    package mutating func release(_ order: BrakeRelease) { machine.brakeReleased(order, at: now) }

    /// An operator releases a brake.
    package mutating func release(_ scope: BrakeScope) async throws {
        try checkLink()
        for brake in try await store.brakes(limit: .max) where brake.scope == scope && brake.releasedAt == nil {
            let release = BrakeRelease(brake, by: "operator", at: wall)
            _ = try await store.release(release, event(.brakeReleased))
            machine.brakeReleased(release, at: now)
        }
    }

    private func event(_ kind: DaemonEvent.Kind) -> DaemonEvent {
        DaemonEvent(
            kind: kind,
            daemon: machine.settings.daemon,
            host: machine.settings.daemon,
            uuid: ServiceUUID(random: 0, 0),
            topic: "",
            zone: "",
            at: wall
        )
    }

    // MARK: Heartbeats

    /// One heartbeat, which may come through the relay on a host; what becomes of it after the store was asked where needed.
    @discardableResult
    package mutating func beat(_ heartbeat: Heartbeat, through relay: String = "") async -> HeartbeatOutcome.Kind {
        var batch = HeartbeatBatch()
        batch.relay = Array(relay.utf8)
        batch.append(heartbeat)
        batch.seal(machine.board.hasher)
        return await receive(batch)
    }

    /// A sealed batch of one heartbeat.
    package mutating func receive(_ batch: HeartbeatBatch) async -> HeartbeatOutcome.Kind {
        outcomes.removeAll(keepingCapacity: true)
        machine.heartbeatsReceived(batch, 0..<1, at: now, outcomes: &outcomes)
        guard outcomes[0].kind == .pending else { return outcomes[0].kind }
        return await admit(batch, service: outcomes[0].service)
    }

    /// The first half of a heartbeat of a known service: what the machine says before the store is asked.
    package mutating func ask(_ heartbeat: Heartbeat) -> HeartbeatOutcome {
        var batch = HeartbeatBatch()
        batch.append(heartbeat)
        batch.seal(machine.board.hasher)
        outcomes.removeAll(keepingCapacity: true)
        machine.heartbeatsReceived(batch, 0..<1, at: now, outcomes: &outcomes)
        machine.answerHeld([outcomes[0].service], at: now)
        return outcomes[0]
    }

    /// The store refused what was asked.
    package mutating func refuse(_ outcome: HeartbeatOutcome) {
        machine.answerGiven([outcome.service])
    }

    /// The answer to heartbeats that were renewals goes out, after it waited.
    package mutating func answer(_ outcome: HeartbeatOutcome) {
        machine.waited(until: now, [outcome.service])
        machine.answerGiven([outcome.service])
    }

    private mutating func admit(_ batch: HeartbeatBatch, service: UInt32) async -> HeartbeatOutcome.Kind {
        let entry = batch.entries[0]
        let uuid = ServiceUUID(random: uuids.next(), uuids.next())
        let admission = Admission(batch, entry, machine.settings, uuid: uuid)
        do {
            try checkLink()
            switch try await store.admit([admission], at: wall).first {
            case .admitted(let record, let incarnation, let transitions):
                let service = machine.admitted(
                    record,
                    incarnation,
                    heartbeat: admission,
                    attributesHash: entry.attributesHash,
                    relay: batch.relay,
                    heard: now,
                    at: now
                )
                if let last = transitions.last { machine.logAdvanced(to: last.revision) }
                return service == nil ? .rejected(.databaseUnavailable) : .renewed
            case .rejected(let rejection):
                return .rejected(rejection)
            case nil: return .rejected(.databaseUnavailable)
            }
        } catch {
            return machine.admissionFailed(service, relay: batch.relay, heard: now, at: now)
        }
    }

    /// What came of judging since it was last asked.
    package mutating func takeJudgements() -> [Judgement] { machine.takeJudgements() }

    /// How far apart heartbeats came.
    package var arrivals: [Arrivals.Kind: Arrivals.Tally] { machine.arrivals.tallies }

    // MARK: Records

    @discardableResult
    package mutating func leave(_ departure: Departure) async throws -> DepartureResult {
        try checkLink()
        let result = try await store.depart([departure], at: wall).first ?? .notFound
        if case .departed(let record, let incarnation) = result {
            machine.departed(record, incarnation, at: now)
            lookAtBrake()
        }
        return result
    }

    @discardableResult
    package mutating func edit(_ edit: RecordEdit) async throws -> EditResult {
        try checkLink()
        let result = try await store.edit(edit, at: wall)
        if case .edited(let record, _) = result { machine.recordChanged(record, at: now) }
        return result
    }

    package mutating func create(_ draft: ServiceDraft) async throws -> ServiceRecord? {
        try checkLink()
        let created = try await store.create(draft, at: wall)
        if let created { machine.recordChanged(created.value, at: now) }
        return created?.value
    }

    package mutating func delete(_ uuid: ServiceUUID) async throws {
        try checkLink()
        if let deleted = try await store.delete(uuid, by: nil, at: wall) {
            machine.deleted(deleted.value, at: now)
        }
    }

    // MARK: The driver and the log

    package mutating func flush() async {
        await removeGone()
        var pending = machine.beginFlush(at: now)
        machine.fill(&pending, limit: .max / 2)
        view?.show(machine.board)
        let written = try? await driver.reporter.renew(pending.flush)
        view?.hide()
        guard let result = written else {
            machine.flushGivenUp(pending)
            return machine.flushFailed(pending, 0..<pending.count)
        }
        machine.flushEnded(at: now)
        for record in result.news {
            machine.learned(record, result.incarnations.filter { $0.serviceID == record.id }, at: now)
        }
        for (id, service) in pending.services(of: result.missing) { machine.learnedGone(id, service, at: now) }
    }

    private mutating func removeGone() async {
        let gone = machine.takeRemovals()
        if gone.isEmpty { return }
        view?.show(machine.board)
        try? await driver.reporter.remove(gone)
        view?.hide()
    }

    package mutating func observe() async {
        view?.show(machine.board)
        let observed = try? await driver.observer.observe()
        view?.hide()
        guard let observation = observed else { return }
        let changed = take(observation)
        machine.observed(observation, began: now, at: now)
        learn(try? await store.records(changed))
        guard isShared, let head = observation.head, head.revision > logRead else { return }
        guard let news = try? await store.news(since: logRead, limit: .max) else { return }
        learn(news.records)
        logRead = head.revision
    }

    private mutating func look(at services: [ServiceKey]) async -> Bool {
        view?.show(machine.board)
        let observed = try? await driver.observer.look(at: services)
        view?.hide()
        guard let observation = observed else { return false }
        let changed = take(observation)
        machine.looked(at: services, observation, began: now, at: now)
        learn(try? await store.records(changed))
        return true
    }

    /// Takes in what others heard; answers whose records are to be read.
    private mutating func take(_ observation: BackendObservation) -> [Int64] {
        var unread = machine.heartbeatsObserved(observation.changed[...], at: now)
        if !observation.unrecognised.isEmpty {
            unread += machine.unrecognisedObserved(observation.unrecognised[...], at: now)
        }
        if !observation.silent.isEmpty { machine.silenceObserved(observation.silent[...], at: now) }
        return unread
    }

    private mutating func learn(_ page: LoadedPage?) {
        for record in page?.services ?? [] {
            let incarnations = page?.incarnations.filter { $0.serviceID == record.id } ?? []
            machine.learned(record, incarnations, at: now)
        }
    }

    package mutating func record() async {
        let pending = machine.takeChanges(limit: .max / 2)
        guard !pending.isEmpty else { return }
        do {
            try checkLink()
            let results = try await store.record(pending.map(\.change), at: wall)
            for (change, result) in zip(pending, results) { machine.recorded(change, result, at: now) }
        } catch {
            machine.recordingFailed(pending[...])
        }
    }

    private func checkLink() throws(StoreError) {
        if isCutOff { throw StoreError(.unavailable, "cut off from the store") }
    }

    /// Tells the machine something, now.
    package mutating func tell(_ body: (inout LivenessMachine, Instant) -> Void) { body(&machine, now) }

    package mutating func adopt(_ settings: LivenessSettings) {
        machine.settingsChanged(settings)
    }

    /// Forgets what is older than remembered, in the machine.
    package mutating func forget() {
        while machine.forget(at: now, limit: 100) {}
    }

    package mutating func forgetChanges() {
        while machine.forgetChanges(at: now, limit: 100) {}
    }

    // MARK: Questions

    package func verdict(_ host: String, _ binary: String = "nova-compute") -> Verdict? {
        machine.board.verdict(host: host, binary: binary)
    }

    package var isCatchingUp: Bool { machine.needsCatchUp }
    package var isBackendLost: Bool { machine.isBackendLost }

    /// The dense number of a compute service; it stays for as long as this daemon lives.
    package func place(of host: String) -> UInt32? {
        machine.board.find(host: host, binary: "nova-compute")
    }

    package func verdict(at place: UInt32?) -> Verdict? {
        place.map { machine.verdict(of: $0) }
    }

    package func card(_ host: String, _ binary: String = "nova-compute") -> Card? {
        machine.board.find(host: host, binary: binary).map { machine.board.cards[Int($0)] }
    }
}

extension ModelDaemon: CustomStringConvertible {
    package var description: String { "model daemon at \(now.nanoseconds / 1_000_000) ms" }
}
