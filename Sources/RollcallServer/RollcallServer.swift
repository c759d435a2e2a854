import Hummingbird
import HummingbirdCore
package import LivenessEngine
package import Logging
package import NIOCore
import ServiceLifecycle
package import Telemetry

/// The HTTP server of a daemon, for the caller's `ServiceGroup`.
///
/// Composed in this order, because the engine needs the barrier and the server needs the engine:
///
///     let barrier = try await EventLoopReadPass(group)
///     let engine = LivenessEngine(…, barrier: barrier, …)
///     try await engine.start()
///     let server = RollcallServer(engine: engine, settings: …, group: group, readPass: barrier, …)
///     // A ServiceGroup of [engine, server] stops in reverse order: first the server, then the engine, which flushes.
///     try await services.run()
///     await barrier.close()
///     try await group.shutdownGracefully()
///
/// `group` is the one that the barrier was made for; one loop for each of two cores serves a fleet.
package struct RollcallServer: Service {
    private let engine: LivenessEngine
    private let settings: ServerSettings
    private let group: any EventLoopGroup
    private let readPass: EventLoopReadPass
    private let mostConnections: Int
    private let connections: OpenConnections
    private let logger: Logger
    private let draining = Draining()
    private let bound = BoundPort()
    private let responder: RouterResponder<RollcallContext>
    private let shortWay: HeartbeatHandler.ShortWay
    private let tls: ServerTLS?

    /// A server for an engine that has been started; `/metrics` shows what is in `metrics`, `access` tells who asks,
    /// `tls` what is shown to them (without it, HTTP is spoken in clear), and `audit` is told who changed what.
    package init(
        engine: LivenessEngine,
        settings: ServerSettings,
        access: AccessControl,
        tls: ServerTLS?,
        group: any EventLoopGroup,
        readPass: EventLoopReadPass,
        metrics: PrometheusRegistry,
        logger: Logger,
        audit: Logger? = nil
    ) {
        self.engine = engine
        self.settings = settings
        self.group = group
        self.readPass = readPass
        self.tls = tls
        self.logger = logger
        mostConnections = max(1, settings.mostConnections ?? ConnectionLimit.ofProcess)
        connections = OpenConnections(
            most: mostConnections,
            youth: settings.limits.youth,
            metrics: ConnectionMetrics(metrics),
            logger: logger
        )
        let names = HostNames(settings)
        let requests = RequestMetrics(PrometheusMetricsFactory(registry: metrics))
        let audit = AuditLog(audit ?? logger) { engine.wall(engine.now) }
        responder = Routes.router(engine, names, access, audit, requests, metrics, draining).buildResponder()
        shortWay = HeartbeatHandler.ShortWay(engine: engine, names: names, access: access, audit: audit, requests)
    }

    /// The port listened on; waits until there is one, and is nil when the server ended before.
    package var port: Int? {
        get async { await bound.port }
    }

    /// Serves until graceful shutdown: then requests that are under way are finished.
    ///
    /// - Throws: When the address cannot be listened on.
    package func run() async throws {
        defer { bound.set(nil) }
        let limits = settings.limits
        let readPass = readPass
        let connections = connections
        let bound = bound
        let shortWay = shortWay
        let tls = tls
        let application = Application(
            responder: responder,
            server: HTTPServerBuilder {
                ConnectionChannel(limits, readPass, connections, shortWay, tls, responder: $0)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                backlog: 1_024,
                reuseAddress: true,
                availableConnectionsDelegate: ConnectionLimit(mostConnections, readPass.opening)
            ),
            onServerRunning: { bound.set($0.localAddress?.port) },
            eventLoopGroupProvider: .shared(group),
            logger: logger
        )
        try await withGracefulShutdownHandler {
            try await application.run()
        } onGracefulShutdown: {
            draining.begin()
        }
    }
}
