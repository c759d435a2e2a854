import Hummingbird
import HummingbirdCore
import NIOCore
import Telemetry

/// What the daemon says of itself to machines: its metrics, and the description of its API.
struct DescriptionController {
    let metrics: PrometheusRegistry

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("metrics", use: exposition)
        router.get("openapi.yaml", use: description)
    }

    @Sendable private func exposition(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let text = await OffLoop.run { metrics.exposition() }
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
