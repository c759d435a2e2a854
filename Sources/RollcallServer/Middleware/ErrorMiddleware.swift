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
            response = reply(to: request, error, context)
            if request.method == .head { response = response.createHeadResponse() }
        }
        response.headers[.apiVersion] = APIVersion.current.description
        return response
    }

    private func reply(to request: Request, _ error: any Error, _ context: RollcallContext) -> Response {
        let refusal: APIError
        switch error {
        case let error as APIError: refusal = error
        case let error as StoreError: refusal = APIError(error)
        case let error as DocumentError: refusal = APIError(error)
        case is CancellationError:
            refusal = APIError(.serviceUnavailable, .unavailable, "this daemon is stopping").retrying(after: 2)
        case let error as HTTPError where error.status == .notFound: refusal = unrouted(request)
        case let error as any HTTPResponseError:
            refusal = APIError(error.status, .malformed, error.status.reasonPhrase)
        default:
            context.logger.error("a request failed", metadata: ["error": "\(error)"])
            refusal = APIError(.internalServerError, .internalFault, "a fault of the daemon's own; its log says more")
        }
        return Reply.json(ErrorDocument.bytes(refusal.error), status: refusal.status, headers: refusal.headers)
    }

    /// What matches no route: 405 where another method would have.
    private func unrouted(_ request: Request) -> APIError {
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
