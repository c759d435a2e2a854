import Foundation
import LivenessCore
import LivenessEngine
import Logging
import Metrics
import NIOCore
import NIOPosix
import Outbound
import RollcallServer
import ServiceLifecycle
import Systemd
import Telemetry
import UnixSignals

/// The daemon, assembled from its settings: store, driver, engine, server, and what speaks to the system.
struct Daemon {
    /// A request that takes longer than this after a signal to stop is cut off.
    private static let longestShutdown: Duration = .seconds(10)
    /// The loop that has not ticked for this long is not alive: the watchdog of systemd is not fed.
    private static let deadLoop: Duration = .seconds(10)

    private let loaded: LoadedSettings
    private let loader: SettingsLoader
    private let logs: LogOutput
    private let metrics: PrometheusRegistry
    private let downTimes: DownTimes
    private let access: AccessControl
    private let tls: ServerTLS?
    private let logger = Logger(label: "rollcalld")

    /// - Parameters:
    ///   - settings: What to run with.
    ///   - loader: Reads the settings anew on `SIGHUP`.
    ///   - logs: Where the loggers of the process write; its level and format follow a reload.
    ///   - metrics: What a scrape shows.
    init(settings: LoadedSettings, loader: SettingsLoader, logs: LogOutput, metrics: PrometheusRegistry) {
        loaded = settings
        self.loader = loader
        self.logs = logs
        self.metrics = metrics
        downTimes = DownTimes(settings.settings.machine)
        access = AccessControl(settings.access)
        tls = settings.tls.map(ServerTLS.init)
    }

    /// What it says is written whatever the level of the others: they are no news to a reader, and evidence to another.
    private static var audit: Logger {
        var logger = Logger(label: "audit")
        logger.logLevel = .notice
        return logger
    }

    /// Runs until SIGTERM or SIGINT.
    ///
    /// - Throws: What keeps the daemon from starting or from going on.
    func run() async throws {
        let settings = loaded.settings
        Allocator.keepRequestBodies()
        FileDescriptorLimit.raise(logger)
        MetricDescriptions.add(to: metrics)
        Gauge(label: "rollcall_build_info", dimensions: [("version", Release.version)]).record(1)
        let store = try await StoreFactory.open(settings.database, daemon: settings.daemon.id, downTimes)
        let loops = max(1, min(ProcessInfo.processInfo.activeProcessorCount, 8))
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let readPass = try await EventLoopReadPass(group)
        let drivers = try await driversInOrder(of: store)
        let made = try drivers.map { try DriverFactory.make($0, settings, over: store, downTimes) }
        let engine = LivenessEngine(
            settings: settings.engine,
            store: store,
            driver: made[0],
            shadows: Array(made.dropFirst()),
            fallback: StoreFactory.fallback(settings.database),
            barrier: readPass,
            time: SystemTime(),
            logger: logger
        )
        try await engine.start()
        let server = RollcallServer(
            engine: engine,
            settings: settings.server,
            access: access,
            tls: tls,
            group: group,
            readPass: readPass,
            metrics: metrics,
            logger: logger,
            audit: Self.audit
        )
        try await serve(engine, server, group)
        await readPass.close()
        try await group.shutdownGracefully()
        logger.notice("stopped")
    }

    /// The drivers to run, first the one that decides: which that is the daemons of a database have in common.
    private func driversInOrder(of store: any RecordStore) async throws -> [DriverName] {
        let liveness = loaded.settings.liveness
        let first = FleetSetting(
            name: FleetSetting.driver,
            value: liveness.driver.rawValue,
            setAt: SystemTime().wall,
            setBy: loaded.settings.daemon.id
        )
        let standing = try await store.settle(first)
        guard let deciding = liveness.drivers.first(where: { $0.rawValue == standing.value }) else {
            throw SettingError(
                origin: loaded.origin(of: "liveness.driver"),
                key: "liveness.driver",
                message: "the daemons of this database let \(standing.value) decide (set by \(standing.setBy)); "
                    + "expected it here or in liveness.shadow"
            )
        }
        if deciding != liveness.driver {
            logger.warning(
                "the daemons of this database let another driver decide than liveness.driver names",
                metadata: ["driver": "\(deciding.rawValue)", "set_by": "\(standing.setBy)"]
            )
        }
        return [deciding] + liveness.drivers.filter { $0 != deciding }
    }

    private func outbound(_ engine: LivenessEngine, _ group: any EventLoopGroup) -> Outbound {
        let monitor = loaded.settings.monitor
        return Outbound(
            hooks: loaded.webhooks,
            ping: monitor.pingURL.map { ($0.text, monitor.pingInterval) },
            engine: engine,
            group: group,
            logger: logger,
            render: TransitionDocument.render
        )
    }

    private func serve(_ engine: LivenessEngine, _ server: RollcallServer, _ group: any EventLoopGroup) async throws {
        let notifier = SystemdNotifier(environment: ProcessInfo.processInfo.environment)
        var services: [any Service] = [
            engine,
            ReloadService(
                settings: loaded,
                loader: loader,
                engine: engine,
                downTimes: downTimes,
                access: access,
                tls: tls,
                logs: logs,
                notifier: notifier,
                logger: logger
            ),
        ]
        if let notifier {
            services.append(StatusService(notifier: notifier, engine: engine))
            services.append(
                SystemdService(notifier: notifier, untilReady: { _ = await server.port }) {
                    engine.now - engine.heartbeat.lastTick < Self.deadLoop
                }
            )
        }
        services.append(outbound(engine, group))
        services.append(AnnouncingServer(server: server, settings: loaded.settings, logger: logger))
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Self.longestShutdown
        try await ServiceGroup(configuration: configuration).run()
    }
}
