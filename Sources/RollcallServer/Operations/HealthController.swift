import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import NIOCore
import RollcallWire
import Synchronization

/// What load balancers and monitoring ask.
struct HealthController {
    let engine: LivenessEngine
    let draining: Draining

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("healthz", use: health)
        router.get("readyz", use: readiness)
    }

    @Sendable private func health(_ request: Request, _ context: RollcallContext) async throws -> Response {
        Reply.json(Array(#"{"alive":true}"#.utf8))
    }

    /// 200 while it can answer from its snapshot and is not draining; with `?strict` the database and the driver must
    /// answer too.
    ///
    /// The document is the same whatever the status; a 503 has the error beside it.
    @Sendable private func readiness(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let isStrict = try QueryParameters(request).isOn("strict")
        let readiness = engine.readiness
        let isLost = readiness.isDatabaseLost || readiness.isDriverLost
        let isReady = !draining.isDraining && !(isStrict && isLost)
        var json = JSONWriter(capacity: 256)
        json.raw("{\"ready\":")
        json.bool(isReady)
        json.raw(readiness.isDatabaseLost ? ",\"database\":\"lost\"" : ",\"database\":\"ok\"")
        json.raw(readiness.isDriverLost ? ",\"driver\":\"lost\"" : ",\"driver\":\"ok\"")
        json.raw(",\"since\":")
        json.time(readiness.since)
        if !isReady {
            json.raw(",\"error\":{\"code\":\"unavailable\",\"message\":")
            json.text(draining.isDraining ? "this daemon is stopping" : "the back end does not answer")
            json.raw(",\"detail\":{}}")
        }
        json.raw("}")
        return Reply.json(
            json.bytes,
            status: isReady ? .ok : .serviceUnavailable,
            headers: isReady ? [:] : [.retryAfter: "2"]
        )
    }
}

/// Whether the daemon has begun to stop.
final class Draining: Sendable {
    private let flag = Atomic<Bool>(false)

    var isDraining: Bool { flag.load(ordering: .relaxed) }

    func begin() {
        flag.store(true, ordering: .relaxed)
    }
}
