import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// The daemons that share the database.
struct DaemonController {
    let engine: LivenessEngine
    let audit: AuditLog

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/daemons", use: daemons)
        router.post("v1/daemons/{id}/retire", use: retire)
    }

    @Sendable private func daemons(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let records = try await engine.daemons()
        let now = engine.wall(engine.now)
        let own = engine.identity.settingsDigest
        return try Reply.document(DaemonsReply(daemons: records.map { WireDaemon($0, own: own, at: now) }))
    }

    @Sendable private func retire(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let id = try context.capture("id")
        switch try await engine.retire(daemon: id) {
        case .retired(let record):
            audit.changed(by: context.caller, "daemon retired", of: id)
            let daemon = WireDaemon(record, own: engine.identity.settingsDigest, at: engine.wall(engine.now))
            return try Reply.document(DaemonsReply(daemons: [daemon]))
        case .refused:
            throw APIError(
                .conflict,
                .daemonLives,
                "\(id) lives, or was not looked at for long enough: stop it, and wait until it has been silent"
            )
        case .noSuchDaemon: throw APIError(.notFound, .noSuchDaemon, "no daemon \(id)")
        }
    }
}
