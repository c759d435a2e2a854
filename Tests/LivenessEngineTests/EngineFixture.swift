import LivenessCore
import LivenessEngine
import Logging
import ServiceLifecycle
import Testing

/// An engine over an in-memory store, on a clock moved by hand.
struct EngineFixture {
    let engine: LivenessEngine
    let store: InMemoryStore
    let driver: SpyDriver
    /// Runs in its shadow, where there is one.
    let shadow: SpyDriver
    let time: ManualTime
    let door = Door()

    init(
        _ adjust: (inout EngineSettings) -> Void = { _ in },
        store: InMemoryStore? = nil,
        hasShadow: Bool = false,
        fallback: (any RecordFallback)? = nil,
        time: ManualTime = ManualTime()
    ) async throws {
        let store = store ?? InMemoryStore(logID: "log") { time.wall }
        var settings = EngineSettings(liveness: LivenessSettings(), host: "here")
        adjust(&settings)
        let driver = SpyDriver(InMemoryDriver(store: store, daemon: settings.liveness.daemon))
        self.time = time
        self.store = store
        self.driver = driver
        shadow = SpyDriver(InMemoryDriver(store: store, daemon: settings.liveness.daemon), name: "shadow")
        engine = LivenessEngine(
            settings: settings,
            store: store,
            driver: driver,
            shadows: hasShadow ? [shadow] : [],
            fallback: fallback,
            barrier: door,
            time: time,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await engine.start()
    }

    /// Runs `body` while the engine's loops run, then shuts the engine down and answers how it ended.
    func running(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let group = ServiceGroup(
            services: [engine],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @discardableResult
    func beat(_ heartbeats: Heartbeat...) async -> Intake.Reply {
        var batch = HeartbeatBatch()
        for heartbeat in heartbeats { batch.append(heartbeat) }
        batch.seal(engine.board.hasher)
        return await engine.intake.receive(batch)
    }

    /// The row of another daemon.
    static func other(release: Int32 = 1) -> DaemonRecord {
        DaemonRecord(
            id: "other",
            incarnation: "i",
            host: "there",
            release: release,
            schemaRange: 1...1,
            phaseSeen: "both",
            flushCount: 0,
            settingsDigest: "",
            lastSeen: Timestamp(microseconds: 0)
        )
    }

    /// Of all rows of the log.
    var reasons: [String] {
        get async throws { try await store.transitions(since: 0, limit: .max).transitions.map(\.reason) }
    }

    func isDown(_ host: String) -> Bool {
        engine.board.verdict(host: host, binary: "nova-compute")?.state == .down
    }

    /// Of a long call the first slice has been admitted, and the second waits.
    var isSecondSliceWaiting: Bool { engine.unansweredCount == 1_000 && store.admissionDoor.waitingCount == 1 }

    func heartbeat(_ host: String, _ sequence: UInt64) -> Heartbeat {
        Heartbeat(host: host, binary: "nova-compute", incarnation: "a", sequence: sequence)
    }
}

/// Stands for the server's sockets: while it is shut, no read pass is complete.
final class Door: ReadPassBarrier {
    private let isShut = Locked(false)

    func shut(_ isShut: Bool) {
        self.isShut.withLock { $0 = isShut }
    }

    func pass() async -> Bool {
        isShut.withLock { !$0 }
    }
}
