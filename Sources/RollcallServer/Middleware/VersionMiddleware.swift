import Hummingbird
import HummingbirdCore
import RollcallWire

/// Refuses requests for a version of the API that is not spoken here (406).
struct VersionMiddleware: RouterMiddleware {
    private static let lowest = APIVersion(major: 1, minor: 0)

    static func isSpoken(_ version: APIVersion) -> Bool {
        version >= lowest && version <= APIVersion.current
    }

    func handle(
        _ request: Request,
        context: RollcallContext,
        next: @concurrent (Request, RollcallContext) async throws -> Response
    ) async throws -> Response {
        if let text = request.headers[.apiVersion] {
            guard let version = APIVersion(text) else {
                throw APIError.malformed("\(APIVersion.headerName) is not MAJOR.MINOR")
            }
            guard Self.isSpoken(version) else {
                throw APIError(
                    .notAcceptable,
                    .versionUnsupported,
                    "version \(version) is not spoken here",
                    detail: [
                        "min": .string(Self.lowest.description),
                        "max": .string(APIVersion.current.description),
                    ]
                )
            }
        }
        return try await next(request, context)
    }
}
