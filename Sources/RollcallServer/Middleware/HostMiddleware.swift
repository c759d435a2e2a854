import Hummingbird
import HummingbirdCore
import RollcallWire

/// Refuses requests that were not meant for this daemon (421).
struct HostMiddleware: RouterMiddleware {
    let names: HostNames

    func handle(
        _ request: Request,
        context: RollcallContext,
        next: @concurrent (Request, RollcallContext) async throws -> Response
    ) async throws -> Response {
        // What comes through a socket of this machine was meant for whoever listens there.
        if context.peer.isLocal { return try await next(request, context) }
        let host = HostNames.host(request.head.authority ?? "")
        guard names.contains(host, localAddress: context.localAddress) else {
            throw APIError(
                .misdirectedRequest,
                .misdirected,
                host.isEmpty ? "Host is missing" : "this daemon does not answer for '\(host)' (listen.names)"
            )
        }
        return try await next(request, context)
    }
}
