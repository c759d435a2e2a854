import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOHTTP1
import RollcallWire

/// Answers what lies below `/v2.1` as Nova does: with its faults, and with the version that was spoken.
struct NovaMiddleware: RouterMiddleware {
    private static let vary = "\(HTTPField.Name.openStackVersion.rawName), \(HTTPField.Name.novaVersion.rawName)"

    let routes: RouteTable

    func handle(
        _ request: Request,
        context: RollcallContext,
        next: @concurrent (Request, RollcallContext) async throws -> Response
    ) async throws -> Response {
        guard Self.isNovas(request.uri.path) else { return try await next(request, context) }
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            // The connection is over; who reads it answers.
            throw error
        } catch {
            response = NovaFault.reply(APIError(error, to: request, routes, context))
            if request.method == .head { response = response.createHeadResponse() }
        }
        if let version = try? Microversion(request.headers) {
            response.headers[.openStackVersion] = "compute \(version)"
            response.headers[.novaVersion] = version.description
        }
        response.headers[.vary] = Self.vary
        return response
    }

    private static func isNovas(_ path: String) -> Bool {
        path.hasPrefix("/v2.1") && (path.utf8.count == 5 || path.utf8.dropFirst(5).first == UInt8(ascii: "/"))
    }
}
