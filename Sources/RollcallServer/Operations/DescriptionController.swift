import Hummingbird
import HummingbirdCore
import LivenessEngine
import Metrics
import NIOCore
import Telemetry

/// What the daemon says of itself to machines: its metrics, and the description of its API.
struct DescriptionController {
    let engine: LivenessEngine
    let metrics: PrometheusRegistry
    let draining: Draining
    private let isReady: Gauge

    init(engine: LivenessEngine, metrics: PrometheusRegistry, draining: Draining) {
        self.engine = engine
        self.metrics = metrics
        self.draining = draining
        isReady = Gauge(label: "rollcall_ready", factory: PrometheusMetricsFactory(registry: metrics))
    }

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("metrics", use: exposition)
        router.get("openapi.yaml", use: description)
    }

    @Sendable private func exposition(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let text = await OffLoop.run {
            engine.measure()
            isReady.record(draining.isDraining ? 0 : 1)
            return ProcessMetrics.exposition() + metrics.exposition()
        }
        return Response(
            status: .ok,
            headers: [.contentType: PrometheusRegistry.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    @Sendable private func description(_ request: Request, _ context: RollcallContext) async throws -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/yaml"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_yaml))
        )
    }
}
