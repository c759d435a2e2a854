import Hummingbird
import HummingbirdCore
import RollcallWire

/// Refuses requests that were not meant for this daemon (421).
///
/// A page in somebody's browser can be made to call a loopback address under a name of its author's choice (DNS
/// rebinding); the name in `Host` gives it away. The port is not looked at: it may be forwarded.
struct HostMiddleware: RouterMiddleware {
    private let names: Set<String>

    init(_ settings: ServerSettings) {
        var names = Set(settings.names.map { $0.lowercased() })
        names.insert(settings.host.lowercased())
        if settings.host == "localhost" || settings.host == "::1" || settings.host.hasPrefix("127.") {
            names.formUnion(["localhost", "127.0.0.1", "::1"])
        }
        self.names = names
    }

    func handle(
        _ request: Request,
        context: RollcallContext,
        next: @concurrent (Request, RollcallContext) async throws -> Response
    ) async throws -> Response {
        let host = Self.host(request.head.authority ?? "")
        guard names.contains(host) || host == context.localAddress else {
            throw APIError(
                .misdirectedRequest,
                .misdirected,
                host.isEmpty ? "Host is missing" : "this daemon does not answer for '\(host)' (listen.names)"
            )
        }
        return try await next(request, context)
    }

    /// `Host` without its port and without the brackets of an IPv6 address, in lower case.
    static func host(_ authority: String) -> String {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return "" }
            return authority[authority.index(after: authority.startIndex)..<end].lowercased()
        }
        return (authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).first ?? "")
            .lowercased()
    }
}
