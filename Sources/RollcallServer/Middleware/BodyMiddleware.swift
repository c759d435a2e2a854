import HTTPTypes
import Hummingbird
import HummingbirdCore
import RollcallWire

/// Looks at what a request says of its body before a byte of it is read: 413 and 415.
///
/// The media type is asked for because a browser sends no `application/json` to another site without permission.
struct BodyMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: RollcallContext,
        next: @concurrent (Request, RollcallContext) async throws -> Response
    ) async throws -> Response {
        if let length = Self.length(request.headers), length > WireLimits.bodyBytes { throw APIError.bodyTooLarge }
        if Self.hasBody(request.headers), Self.readsBodies.contains(request.method),
            !Self.isJSON(request.headers[.contentType])
        {
            throw APIError(
                .unsupportedMediaType,
                .unsupportedMediaType,
                "a body needs Content-Type: application/json"
            )
        }
        return try await next(request, context)
    }

    private static let readsBodies: Set<HTTPRequest.Method> = [.post, .put, .patch]

    /// Bytes of the body, where the request says how many.
    static func length(_ fields: HTTPFields) -> Int? { fields[.contentLength].flatMap { Int($0) } }

    /// Whether a request says that a body comes with it.
    static func hasBody(_ fields: HTTPFields) -> Bool {
        (length(fields) ?? 0) > 0 || fields[.transferEncoding] != nil
    }

    static func isJSON(_ type: String?) -> Bool {
        if type == "application/json" { return true }
        guard let type, let essence = type.split(separator: ";", omittingEmptySubsequences: false).first else {
            return false
        }
        return essence.lowercased().split(separator: " ").joined() == "application/json"
    }
}
