package import LivenessCore
package import Logging
import ServiceLifecycle

/// Makes it happen: feeds the liveness machine with time, heartbeats, the driver and the store, and carries out what
/// it decides.
///
/// `start` loads the records; then `run` (a `Service`) keeps the loops going until graceful shutdown, flushes and
/// leaves. Requests may come from the moment `start` has returned.
package final class LivenessEngine: Service {
    package let shared: SharedMachine
    package let intake: Intake
    package let heartbeat: LoopHeartbeat
    let store: any RecordStore
    package let drivers: Drivers
    let follower: DriverFollower
    let settings: EngineSettings
    let tail: TransitionTail
    let fence: Fence
    let turnstile: Turnstile
    let coalescer: Coalescer
    let recorder: Recorder
    let own: OwnRecord
    let brakeKeeper: BrakeKeeper
    private let detector: Detector
    private let lookout: Lookout
    private let reader: RecordReader
    /// nil where nobody moves in.
    let fallback: FallbackReader?
    private let housekeeper: Housekeeper
    let arrivalKeeper: ArrivalKeeper
    let logger: Logger
    let metrics: EngineMetrics
    let gauges = EngineGauges()
    var time: any TimeSource { shared.time }

    /// An engine that has not started.
    ///
    /// - Parameters:
    ///   - settings: As configured.
    ///   - store: The records.
    ///   - driver: The one that decides.
    ///   - shadows: Those that run beside it.
    ///   - fallback: Where services are looked up that are unknown here, while a fleet moves in.
    ///   - barrier: Tells when all that waited in the sockets was read.
    ///   - time: The clocks.
    ///   - logger: Where the engine says what happens.
    package init(
        settings: EngineSettings,
        store: any RecordStore,
        driver: any LivenessDriver,
        shadows: [any LivenessDriver] = [],
        fallback: (any RecordFallback)? = nil,
        barrier: any ReadPassBarrier,
        time: any TimeSource,
        logger: Logger
    ) {
        let isShared = driver.guarantees.isShared
        let hasher = NameHasher(seed: .random(in: 0 ... .max), secret: .random(in: 0 ... .max))
        let machine = LivenessMachine(
            settings: settings.liveness,
            hasher: hasher,
            isShared: isShared,
            at: time.now
        )
        let shared = SharedMachine(machine, time: time)
        let metrics = EngineMetrics(topics: [OwnRecord.binary] + settings.liveness.topics.keys.sorted())
        let tail = TransitionTail(metrics.topics)
        let fence = Fence()
        let turnstile = Turnstile()
        let wakeup = Wakeup()
        let switching = Wakeup()
        self.shared = shared
        self.store = store
        let drivers = Drivers(
            deciding: RunningDriver(driver, shared: shared, fence: fence, logger: logger),
            shadows: shadows.map { RunningDriver($0, shared: shared, fence: fence, logger: logger) }
        )
        self.drivers = drivers
        self.settings = settings
        self.tail = tail
        self.fence = fence
        self.turnstile = turnstile
        self.logger = logger
        self.metrics = metrics
        heartbeat = LoopHeartbeat(at: time.now)
        let reader = RecordReader(
            shared: shared,
            store: store,
            tail: tail,
            fence: fence,
            turnstile: turnstile,
            switching: switching,
            logger: logger
        )
        self.reader = reader
        self.fallback = fallback.map { fallback in
            FallbackReader(
                fallback,
                shared: shared,
                store: store,
                tail: tail,
                reader: reader,
                turnstile: turnstile,
                fence: fence,
                metrics: metrics,
                logger: logger
            )
        }
        let registrar = Registrar(
            shared: shared,
            store: store,
            tail: tail,
            metrics: metrics,
            logger: logger,
            fence: fence,
            turnstile: turnstile,
            fallback: self.fallback
        )
        intake = Intake(shared: shared, registrar: registrar, metrics: metrics, hasher: hasher)
        lookout = Lookout(
            shared: shared,
            drivers: drivers,
            metrics: metrics,
            logger: logger,
            fence: fence,
            reader: reader
        )
        coalescer = Coalescer(
            shared: shared,
            drivers: drivers,
            metrics: metrics,
            logger: logger,
            fence: fence,
            reader: reader
        )
        recorder = Recorder(
            shared: shared,
            store: store,
            tail: tail,
            wakeup: wakeup,
            metrics: metrics,
            logger: logger,
            fence: fence,
            turnstile: turnstile
        )
        own = OwnRecord(settings: settings, intake: intake, time: time)
        brakeKeeper = BrakeKeeper(
            shared: shared,
            store: store,
            logger: logger,
            fence: fence,
            tail: tail,
            own: own
        )
        detector = Detector(
            shared: shared,
            barrier: barrier,
            lookout: lookout,
            brakeKeeper: brakeKeeper,
            recorderWakeup: wakeup,
            metrics: metrics,
            heartbeat: heartbeat,
            isShared: isShared
        )
        follower = DriverFollower(
            shared: shared,
            store: store,
            drivers: drivers,
            coalescer: coalescer,
            lookout: lookout,
            wakeup: switching,
            fence: fence,
            logger: logger
        )
        arrivalKeeper = ArrivalKeeper(
            shared: shared,
            store: store,
            daemon: settings.liveness.daemon,
            fence: fence,
            logger: logger
        )
        housekeeper = Housekeeper(
            shared: shared,
            store: store,
            tail: tail,
            settings: settings,
            recorderWakeup: wakeup,
            logger: logger,
            fence: fence,
            turnstile: turnstile
        )
    }

    /// Loads what the store has.
    ///
    /// Until this has returned nothing may be asked.
    package func start() async throws {
        let daemons = try await store.daemons()
        for running in drivers.all {
            running.driver.observer.begin(daemons) { [shared] in
                shared.publish()
                return shared.board
            }
        }
        let isCompanied = try await isAnyoneAlive(of: daemons)
        let loading = time.now
        let head = try await load(from: loading, isCompanied: isCompanied)
        let mine = daemons.first { $0.id == settings.liveness.daemon }
        try await store.write(own.daemonRecord(drivers.names, flushCount: mine?.flushCount ?? 0, at: time.wall))
        tail.restart(at: head.revision)
        let now = time.now
        let wall = time.wall
        for running in drivers.all { running.begin(count: mine?.flushCount ?? 0, at: now) }
        shared.withLock { machine in
            machine.continueFlushCount(from: mine?.flushCount ?? 0)
            for shadow in drivers.shadows { machine.addShadow(shadow.name, at: now) }
            machine.logAdvanced(to: head)
            machine.began(at: now, loadedFrom: loading, wall: wall)
        }
        shared.publish()
        logger.info(
            "records loaded",
            metadata: [
                "services": "\(shared.board.count)", "revision": "\(head.revision)",
                "beside_others": "\(isCompanied)",
            ]
        )
    }

    /// Takes in all records; answers where the log stood.
    private func load(from began: Instant, isCompanied: Bool) async throws(StoreError) -> LogHead {
        // A back end that forgets says nothing about what each had left of its time: all have all of it.
        let isPersistent = drivers.deciding.guarantees.isPersistent
        var newestStamp: Timestamp?
        return try await store.load(since: time.wall - Burials.memory) { head in
            newestStamp = isPersistent ? head.newestStamp : nil
            shared.withLock {
                $0.expect(head.count)
                $0.brakesLoaded(head.brakes, newestStamp: head.newestStamp, isCompanied: isCompanied, at: began)
            }
        } page: { page throws(StoreError) in
            shared.withLock {
                $0.loaded(page, newestStamp: newestStamp, isCompanied: isCompanied, at: began)
            }
        }.head
    }

    /// Waits, where other daemons have not left, until one of them is seen to live; at most as long as a living one
    /// needs to show itself.
    ///
    /// - Throws: `StoreError` when one lives whose release ours does not work beside.
    private func isAnyoneAlive(of daemons: [DaemonRecord]) async throws -> Bool {
        let others = daemons.filter { $0.id != settings.liveness.daemon && $0.leftAt == nil && $0.retiredAt == nil }
        guard drivers.deciding.guarantees.isShared, !others.isEmpty else { return false }
        let hasStrangers = others.contains { !Release.worksBeside($0.release) }
        let pace = settings.liveness.flushInterval / 2
        let end = time.now + settings.liveness.observeInterval + settings.liveness.flushInterval * 2
        var before: [String: DaemonRecord] = [:]
        var isCompanied = false
        while true {
            let now = try await daemonsInSight()
            for daemon in now where daemon.leftAt == nil {
                guard let row = others.first(where: { $0.id == daemon.id && $0.incarnation == daemon.incarnation })
                else { continue }
                if let first = before[daemon.id] {
                    guard first.hasMoved(to: daemon) else { continue }
                    guard Release.worksBeside(row.release) else { throw Self.tooFar(row) }
                    isCompanied = true
                } else {
                    before[daemon.id] = daemon
                }
            }
            if time.now >= end || isCompanied && !hasStrangers { return isCompanied }
            try await time.sleep(for: pace)
        }
    }

    private static func tooFar(_ other: DaemonRecord) -> StoreError {
        StoreError(
            .fenced,
            "this is release \(Release.number), and daemon \(other.id) on \(other.host) runs release \(other.release): "
                + "only releases next to each other work side by side; upgrade one release at a time"
        )
    }

    /// Nobody while the back end does not answer: a daemon starts without it, too, and says so.
    private func daemonsInSight() async throws -> [DaemonRecord] {
        do throws(DriverError) {
            return try await drivers.deciding.observer.look(at: []).daemons
        } catch {
            guard error.code == .lost else { throw error }
            return []
        }
    }

    /// Runs until graceful shutdown; throws when the database refuses this release.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.detector.tick() }
            group.addTask { try await self.detector.judge() }
            group.addTask { try await self.detector.judgeAmongOthers() }
            for running in drivers.all {
                group.addTask {
                    await running.driver.run()
                    // One that has nothing to do beside its calls ends nobody.
                    try? await gracefulShutdown()
                }
                group.addTask { try await running.flush { self.drivers.running !== running } }
                group.addTask { try await running.observe(self.brakeKeeper) { self.drivers.running !== running } }
            }
            group.addTask { try await self.follower.run() }
            group.addTask { try await self.lookout.run() }
            group.addTask { try await self.reader.run() }
            group.addTask { try await self.coalescer.run() }
            group.addTask { try await self.recorder.run() }
            group.addTask { try await self.brakeKeeper.run() }
            group.addTask { try await self.housekeeper.run() }
            group.addTask { try await self.arrivalKeeper.run() }
            group.addTask { try await self.own.run() }
            group.addTask { try await self.reportHealth() }
            group.addTask { try await self.fence.stand() }
            group.addTask { try? await gracefulShutdown() }
            // The first to end is graceful shutdown, or an error that no loop survives.
            defer { group.cancelAll() }
            try await group.next()
        }
        await finish()
    }

    /// The last acts: what was heard is flushed, the own record leaves, what changed is recorded.
    private func finish() async {
        coalescer.waiters.dismiss()
        await coalescer.flush()
        if let departure = own.departure {
            _ = try? await leave(departure)
        }
        while shared.withLock({ $0.unrecordedCount > 0 }) {
            guard await recorder.record() else { break }
        }
        await arrivalKeeper.keep()
        var record = own.daemonRecord(
            drivers.names,
            flushCount: shared.withLock { $0.currentFlushCount },
            at: time.wall
        )
        record.leftAt = time.wall
        do {
            try await store.write(record)
        } catch {
            logger.warning("this daemon's row could not be marked left", metadata: ["error": "\(error)"])
        }
    }
}
