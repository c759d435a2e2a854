import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// The brake on mass failures: what it holds, and an operator's word to let go.
struct BrakeController {
    let engine: LivenessEngine
    let audit: AuditLog

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/brake", use: list)
        router.post("v1/brake/release", use: release)
    }

    @Sendable private func list(_ request: Request, _ context: RollcallContext) async throws -> Response {
        try Reply.document(BrakesReply(brakes: await engine.brakes().map(WireBrake.init)))
    }

    @Sendable private func release(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let body = Array(buffer: try await request.wholeBody())
        let wanted = body.isEmpty ? BrakeReleaseRequest() : try APIError.decode(BrakeReleaseRequest.self, from: body)
        let scope = wanted.scope.map(BrakeScope.init(text:))
        if let scope, scope != .fleet, scope.topic == nil {
            throw APIError.malformed("scope: \"\(scope)\" is neither \"fleet\" nor TOPIC/ZONE", field: "scope")
        }
        let released = try await engine.releaseBrakes(scope, by: context.caller)
        if let scope, released.isEmpty {
            throw APIError(.notFound, .noSuchBrake, "no brake holds \(scope)")
        }
        for brake in released { audit.changed(by: context.caller, "brake released", of: brake.scope.description) }
        return try Reply.document(BrakesReply(brakes: released.map(WireBrake.init)))
    }
}
