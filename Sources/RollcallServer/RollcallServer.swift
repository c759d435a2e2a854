import Addresses
import Hummingbird
import HummingbirdCore
package import LivenessEngine
package import Logging
import Metrics
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
    /// Connections on the socket of this machine at a time: its operators, and agents.
    private static let mostLocal = 256

    /// Connections that wait to be accepted; few at the socket of this machine, whose other end waits by itself.
    private static let localBacklog = 64
    private static let networkBacklog = 1_024

    private let engine: LivenessEngine
    private let settings: ServerSettings
    private let group: any EventLoopGroup
    private let readPass: EventLoopReadPass
    private let network: OpenConnections
    private let local: OpenConnections
    private let logger: Logger
    private let draining = Draining()
    private let boundPort = Bound<Int>()
    private let boundSocket = Bound<String>()
    private let boundDatagrams = Bound<Int>()
    private let datagramPortShown: DatagramPort
    private let datagrams: DatagramListener?
    private let feed: WatchFeed
    private let responder: RouterResponder<RollcallContext>
    private let shortWay: ShortWay
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
        let measures = ConnectionMetrics(metrics)
        let most = max(1, settings.mostConnections ?? ConnectionLimit.ofProcess)
        // Each has room of its own, so that nobody on the one keeps those on the other out; and nobody waits unread at the
        // one that is for everybody on the machine.
        measures.limit.record(most)
        let ofSocket = settings.socket == nil ? 0 : min(Self.mostLocal, most / 2)
        network = OpenConnections(
            most: most - ofSocket,
            youth: settings.limits.youth,
            metrics: measures,
            logger: logger
        )
        local = OpenConnections(
            most: max(1, ofSocket),
            turnsAway: true,
            youth: settings.limits.youth,
            metrics: measures,
            logger: logger
        )
        let names = HostNames(settings)
        let requests = RequestMetrics(PrometheusMetricsFactory(registry: metrics))
        let audit = AuditLog(audit ?? logger, AccessMetrics(metrics)) { engine.wall(engine.now) }
        let shown = DatagramPort()
        let datagramMetrics = DatagramMetrics(metrics)
        datagramPortShown = shown
        datagrams = settings.datagram.map { address in
            DatagramListener(
                host: address.host,
                port: address.port,
                group: group,
                readPass: readPass,
                around: DatagramHandler.Surroundings(
                    engine: engine,
                    access: access,
                    audit: audit,
                    metrics: datagramMetrics
                )
            )
        }
        let watchers = WatchMetrics(metrics)
        let feed = WatchFeed(engine, group, watchers)
        self.feed = feed
        responder = Routes.router(engine, names, access, audit, requests, metrics, draining, shown, watchers, feed)
            .buildResponder()
        shortWay = ShortWay(
            engine: engine,
            names: names,
            access: access,
            audit: audit,
            datagrams: shown,
            requests
        )
    }

    /// The port listened on; waits until there is one, and is nil when the server ended before.
    package var port: Int? {
        get async { await boundPort.address }
    }

    /// The socket of this machine listened on, if there is to be one; waits as `port` does.
    package var socket: String? {
        get async { settings.socket == nil ? nil : await boundSocket.address }
    }

    /// The port at which datagrams are read, if they are to be; waits as `port` does.
    package var datagramPort: Int? {
        get async { settings.datagram == nil ? nil : await boundDatagrams.address }
    }

    /// Serves until graceful shutdown: then requests that are under way are finished.
    ///
    /// - Throws: When an address cannot be listened on.
    package func run() async throws {
        defer {
            boundPort.set(nil)
            boundSocket.set(nil)
            boundDatagrams.set(nil)
        }
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                if let path = settings.socket {
                    do throws(SocketFile.Unusable) {
                        try SocketFile.claim(path)
                    } catch {
                        throw LocalSocket.Unusable(error)
                    }
                    group.addTask {
                        do { try await localApplication(path).run() } catch let error as IOError {
                            throw LocalSocket.Unusable(path: path, error)
                        }
                    }
                }
                if let datagrams {
                    group.addTask {
                        try await datagrams.run { port in
                            boundDatagrams.set(port)
                            datagramPortShown.opened(port)
                        }
                        datagramPortShown.closed()
                    }
                }
                group.addTask { await feed.run() }
                group.addTask { try await networkApplication.run() }
                // The first that fails ends the others.
                for try await _ in group {}
            }
        } onGracefulShutdown: {
            draining.begin()
        }
    }

    private var networkApplication: some ApplicationProtocol {
        let bound = boundPort
        return application(.hostname(settings.host, port: settings.port), network, tls, isLocal: false) {
            bound.set($0.localAddress?.port)
        }
    }

    /// Without TLS: nobody is between.
    private func localApplication(_ path: String) -> some ApplicationProtocol {
        let bound = boundSocket
        return application(.unixDomainSocket(path: path), local, nil, isLocal: true) { _ in
            LocalSocket.open(path)
            bound.set(path)
        }
    }

    private func application(
        _ address: BindAddress,
        _ connections: OpenConnections,
        _ tls: ServerTLS?,
        isLocal: Bool,
        isRunning: @escaping @Sendable (any Channel) async -> Void
    ) -> some ApplicationProtocol {
        let backlog = isLocal ? Self.localBacklog : Self.networkBacklog
        let (limits, readPass, shortWay) = (settings.limits, readPass, shortWay)
        return Application(
            responder: responder,
            server: HTTPServerBuilder {
                ConnectionChannel(limits, readPass, connections, shortWay, tls, isLocal: isLocal, responder: $0)
            },
            configuration: ApplicationConfiguration(
                address: address,
                backlog: backlog,
                reuseAddress: true,
                availableConnectionsDelegate: ConnectionLimit(
                    connections.acceptLimit,
                    backlog: backlog,
                    readPass.opening
                )
            ),
            onServerRunning: isRunning,
            eventLoopGroupProvider: .shared(group),
            logger: logger
        )
    }
}
