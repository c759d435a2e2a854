import Addresses
import HTTPTypes
import Hummingbird
import HummingbirdCore
import RollcallWire

/// What every request passes: who may come in, and in which form an error goes out.
struct RelayDoor: RouterMiddleware {
    let settings: RelaySettings

    func handle(
        _ request: Request,
        context: RelayContext,
        next: @concurrent (Request, RelayContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            try check(request)
            response = try await next(request, context)
        } catch {
            response = .refusal(Self.refusal(error))
        }
        response.headers[.apiVersion] = APIVersion.current.description
        return response
    }

    private static func refusal(_ error: any Error) -> RelayRefusal {
        switch error {
        case let error as RelayRefusal: error
        case let error as any HTTPResponseError where error.status == .notFound || error.status == .methodNotAllowed:
            .notRelayed
        case is CancellationError: .stopping
        default: .malformed("the request cannot be read")
        }
    }

    private func check(_ request: Request) throws(RelayRefusal) {
        if request.uri.path == "/healthz" { return }
        if let token = settings.token {
            guard token.isNamed(in: request.headers[.authorization]) else {
                throw RelayRefusal(401, .unauthorized, "a token is needed: Authorization: Bearer TOKEN")
            }
        } else if case .network = settings.address {
            // A page in somebody's browser can be made to call a loopback address under a name of its author's choice; the
            // name gives it away. Where a token is asked for, it has none.
            guard isForUs(request.head.authority ?? "") else {
                throw RelayRefusal(421, .misdirected, "this relay does not answer for that name: ask for its address")
            }
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > WireLimits.bodyBytes {
            throw .tooLarge
        }
        let hasBody = request.headers[.contentLength].map { $0 != "0" } ?? (request.headers[.transferEncoding] != nil)
        if hasBody, request.method == .post || request.method == .put, !Self.isJSON(request.headers[.contentType]) {
            throw RelayRefusal(415, .unsupportedMediaType, "a body needs Content-Type: application/json")
        }
    }

    private static func isJSON(_ type: String?) -> Bool {
        guard let essence = type?.split(separator: ";", omittingEmptySubsequences: false).first else { return false }
        return essence.lowercased().split(separator: " ").joined() == "application/json"
    }

    /// Whether `Host` names this relay; the port is not looked at: it may be forwarded.
    private func isForUs(_ authority: String) -> Bool {
        guard case .network(let listened) = settings.address else { return true }
        let host: Substring
        let rest: Substring
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority.dropFirst(host.count)
        }
        guard
            rest.isEmpty
                || rest.first == ":" && rest.dropFirst().allSatisfy(\.isASCII) && UInt16(rest.dropFirst()) != nil
        else { return false }
        let names: Set = ["localhost", "127.0.0.1", "::1", listened.host.lowercased(), settings.host.lowercased()]
        return names.contains(host.lowercased())
    }
}
