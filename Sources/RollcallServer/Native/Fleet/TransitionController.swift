import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire
import ServiceLifecycle

/// `GET /v1/transitions`: the log from a revision on; whoever is at its end may wait for the next row.
///
/// A wait ends early, with no rows, when the daemon stops and when the client closes its side of the connection.
struct TransitionController {
    /// Rows of one answer when the question names no limit, and at most.
    private static let usualLimit: Int64 = 1_000
    private static let mostRows: Int64 = 10_000

    let engine: LivenessEngine

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/transitions", use: transitions)
    }

    @Sendable private func transitions(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let query = try QueryParameters(request)
        let since = try query.integer("since", in: 0...Int64.max) ?? 0
        let wait = try query.seconds("wait", in: WireLimits.transitionsWait) ?? .zero
        let limit = Int(try query.integer("limit", in: 1...Self.mostRows) ?? Self.usualLimit)
        let logID = query["log_id"]
        switch try await answer(since, logID, wait, limit, context.connection) {
        case .revisionUnknown(let head):
            throw APIError(
                .gone,
                .revisionUnknown,
                "the log has no revision \(since) to go on from: begin with a list",
                detail: [
                    "oldest": .integer(head.oldest),
                    "newest": .integer(head.revision),
                    "log_id": .string(head.logID),
                ]
            )
        case .rows(let rows, let through, let head):
            return try await OffLoop.run {
                try Reply.document(
                    TransitionsReply(
                        transitions: rows.map(WireTransition.init),
                        revision: max(through, since, 0),
                        logID: head.logID
                    )
                )
            }
        }
    }

    private func answer(
        _ since: Int64,
        _ logID: String?,
        _ wait: Duration,
        _ limit: Int,
        _ connection: Connection?
    ) async throws -> LivenessEngine.TransitionAnswer {
        let ask: @Sendable () async throws -> LivenessEngine.TransitionAnswer = {
            try await cancelWhenGracefulShutdown {
                try await engine.transitions(since: since, logID: logID, wait: wait, limit: limit)
            }
        }
        guard wait > .zero, let connection else { return try await ask() }
        return try await connection.cancelWhenClientGoesOn(ask)
    }
}
