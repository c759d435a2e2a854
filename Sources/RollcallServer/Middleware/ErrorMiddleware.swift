import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessCore
import Logging
import NIOHTTP1
import RollcallWire

/// Makes an error document of whatever a handler throws, and names the API version in every reply.
struct ErrorMiddleware: RouterMiddleware {
    let routes: RouteTable

    func handle(
        _ request: Request,
        context: RollcallContext,
        next: @concurrent (Request, RollcallContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            // The connection is over; who reads it answers.
            throw error
        } catch {
            let refusal = APIError(error, to: request, routes, context)
            response = Reply.json(
                ErrorDocument.bytes(refusal.error),
                status: refusal.status,
                headers: refusal.headers
            )
            if request.method == .head { response = response.createHeadResponse() }
        }
        response.headers[.apiVersion] = APIVersion.current.description
        return response
    }
}

extension APIError {
    /// What to say of anything that was thrown while a request was answered.
    init(_ error: any Error, to request: Request, _ routes: RouteTable, _ context: RollcallContext) {
        switch error {
        case let error as APIError: self = error
        case let error as StoreError: self.init(error)
        case let error as DocumentError: self.init(error)
        case is CancellationError:
            self = APIError(.serviceUnavailable, .unavailable, "this daemon is stopping").retrying(after: 2)
        case let error as HTTPError where error.status == .notFound: self = .unrouted(request, routes)
        case let error as any HTTPResponseError:
            self.init(error.status, .malformed, error.status.reasonPhrase)
        default:
            context.logger.error("a request failed", metadata: ["error": "\(error)"])
            self.init(.internalServerError, .internalFault, "a fault of the daemon's own; its log says more")
        }
    }

    /// What matches no route: 405 where another method would have.
    private static func unrouted(_ request: Request, _ routes: RouteTable) -> APIError {
        let methods = routes.methods(of: request.uri.path)
        guard !methods.isEmpty else {
            return APIError(.notFound, .notFound, "there is nothing at this path")
        }
        let allowed = methods.joined(separator: ", ")
        var error = APIError(
            .methodNotAllowed,
            .methodNotAllowed,
            "this path answers \(allowed)",
            detail: ["allowed": .array(methods.map { .string($0) })]
        )
        error.headers[.allow] = allowed
        return error
    }
}
