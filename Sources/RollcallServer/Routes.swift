import Hummingbird
import LivenessEngine
import Telemetry

/// Every route of the daemon, and what each request passes on its way there.
enum Routes {
    static func router(
        _ engine: LivenessEngine,
        _ names: HostNames,
        _ access: AccessControl,
        _ audit: AuditLog,
        _ requests: RequestMetrics,
        _ metrics: PrometheusRegistry,
        _ draining: Draining,
        _ datagrams: DatagramPort,
        _ watchers: WatchMetrics,
        _ feed: WatchFeed
    ) -> Router<RollcallContext> {
        let router = Router(context: RollcallContext.self, options: .autoGenerateHeadEndpoints)
        let table = RouteTable()
        router.add(middleware: MeasuringMiddleware(metrics: requests))
        router.add(middleware: ErrorMiddleware(routes: table))
        router.add(middleware: NovaMiddleware(routes: table))
        router.add(middleware: HostMiddleware(names: names))
        router.add(middleware: AccessMiddleware(access: access, engine: engine, audit: audit))
        router.add(middleware: VersionMiddleware())
        router.add(middleware: BodyMiddleware())

        let lists = ServiceListController(engine: engine)
        HeartbeatController(engine: engine, audit: audit, datagrams: datagrams).addRoutes(to: router)
        lists.addRoutes(to: router)
        ServiceController(engine: engine, audit: audit).addRoutes(to: router)
        StateController(engine: engine).addRoutes(to: router)
        GroupController(engine: engine, order: lists.order).addRoutes(to: router)
        VersionController(engine: engine, order: lists.order).addRoutes(to: router)
        TransitionController(engine: engine).addRoutes(to: router)
        WatchController(engine: engine, order: lists.order, access: access, feed: feed, metrics: watchers)
            .addRoutes(to: router)
        ArrivalController(engine: engine).addRoutes(to: router)
        DaemonController(engine: engine, audit: audit).addRoutes(to: router)
        DriverController(engine: engine, audit: audit).addRoutes(to: router)
        BrakeController(engine: engine, audit: audit).addRoutes(to: router)
        HealthController(engine: engine, draining: draining).addRoutes(to: router)
        DescriptionController(engine: engine, metrics: metrics, draining: draining).addRoutes(to: router)
        PageController().addRoutes(to: router)
        NovaDiscoveryController().addRoutes(to: router)
        NovaServiceController(engine: engine, order: lists.order, audit: audit).addRoutes(to: router)
        table.fill(from: router)
        return router
    }
}
