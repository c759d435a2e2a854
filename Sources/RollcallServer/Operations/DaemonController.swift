import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// The daemons that share the database, and the driver that decides.
struct DaemonController {
    let engine: LivenessEngine

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/daemons", use: daemons)
        router.get("v1/drivers", use: drivers)
    }

    @Sendable private func daemons(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let records = try await engine.daemons()
        let now = engine.wall(engine.now)
        let own = engine.identity.settingsDigest
        return try Reply.document(DaemonsReply(daemons: records.map { WireDaemon($0, own: own, at: now) }))
    }

    @Sendable private func drivers(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let driver = WireDriver(engine.guarantees, isLost: engine.readiness.isDriverLost)
        return try Reply.document(DriversReply(drivers: [driver]))
    }
}
