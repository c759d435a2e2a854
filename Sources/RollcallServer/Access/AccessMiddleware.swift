import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessEngine
import RollcallWire

/// Lets a request pass whose sender may do what it asks for: else 401 or 403.
struct AccessMiddleware: RouterMiddleware {
    let access: AccessControl
    let engine: LivenessEngine
    let audit: AuditLog

    func handle(
        _ request: Request,
        context: RollcallContext,
        next: @concurrent (Request, RollcallContext) async throws -> Response
    ) async throws -> Response {
        let right = Right(to: request.method, at: context.endpointPath)
        if right == .nothing { return try await next(request, context) }
        var context = context
        context.identity = try access.identity(
            of: request.headers,
            context.connection?.certificate,
            at: engine.wall(engine.now)
        )
        guard context.identity.has(right) else {
            let words = "\(context.identity.name) may not do this: it takes the role \(right.role.rawValue)"
            audit.refused(by: context.caller, "\(request.method) \(request.uri.path)", words)
            throw APIError(.forbidden, .forbidden, words)
        }
        return try await next(request, context)
    }
}

/// What a request takes.
enum Right {
    /// Whoever wants to know whether the daemon lives, or how to speak to it, has no credential yet.
    case nothing
    /// A credential, whatever it is for: what exists is not told to others.
    case credential
    case report
    case ask
    case operate

    /// - Parameters:
    ///   - method: What is to be done.
    ///   - path: The route; `nil` where there is none.
    init(to method: HTTPRequest.Method, at path: String?) {
        switch (method, path) {
        case (.get, "/healthz"), (.get, "/readyz"), (.get, "/openapi.yaml"), (.get, "/"), (.get, "/v2.1"),
            (.head, "/healthz"), (.head, "/readyz"), (.head, "/openapi.yaml"), (.head, "/"), (.head, "/v2.1"):
            self = .nothing
        case (_, nil): self = .credential
        case (_, "/v1/heartbeats"), (_, "/v1/services/{key}/{binary}/heartbeat"): self = .report
        case (.get, _), (.head, _), (.post, "/v1/states"): self = .ask
        // What is not named here takes the most.
        default: self = .operate
        }
    }

    /// The role that has it.
    var role: Role {
        switch self {
        case .report: .reporter
        case .nothing, .credential, .ask: .reader
        case .operate: .operator
        }
    }
}

extension Identity {
    func has(_ right: Right) -> Bool {
        switch right {
        case .nothing, .credential: true
        case .report: mayReport
        case .ask: mayAsk
        case .operate: mayOperate
        }
    }
}
