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
        let requirement = Requirement(of: request.method, at: context.endpointPath)
        if requirement == .nothing { return try await next(request, context) }
        var context = context
        let call = "\(request.method) \(request.uri.path)"
        do throws(APIError) {
            context.identity = try access.identity(
                of: request.headers,
                context.peer,
                at: engine.wall(engine.now)
            )
        } catch {
            audit.refused(by: context.caller, call, error.error.message, lacking: .credential)
            throw error
        }
        if case .role(let role) = requirement, !context.identity.holds(role) {
            let words = "\(context.identity.name) may not do this: it takes the role \(role.word)"
            audit.refused(by: context.caller, call, words, lacking: .role)
            throw APIError(.forbidden, .forbidden, words)
        }
        if let wait = access.take(context.identity, at: engine.now) {
            let words = "\(context.identity.name) may send \(context.identity.requestsPerSecond ?? 0) requests a second"
            audit.refused(by: context.caller, call, words, lacking: .rate)
            throw APIError(.tooManyRequests, .tooManyRequests, words).retrying(
                after: Int((wait / .seconds(1)).rounded(.up))
            )
        }
        return try await next(request, context)
    }
}
