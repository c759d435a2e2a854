import Hummingbird
import HummingbirdCore
import Metrics
import NIOCore
import Synchronization

/// Counts requests and their time, by route pattern, method and class of status.
///
/// Nothing that a client chooses becomes a label: what matches no route is one route, what is no known method one
/// method.
struct MeasuringMiddleware: RouterMiddleware {
    private struct Key: Hashable {
        var route: String
        var method: String
        var statusClass: Int
    }

    private final class Series: Sendable {
        let all = Mutex<[Key: (Counter, Metrics.Timer)]>([:])
    }

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private let series = Series()
    private let factory: any MetricsFactory

    init(_ factory: any MetricsFactory) {
        self.factory = factory
    }

    func handle(
        _ request: Request,
        context: RollcallContext,
        next: @concurrent (Request, RollcallContext) async throws -> Response
    ) async throws -> Response {
        let began = NIODeadline.now()
        let response = try await next(request, context)
        let method = request.method.rawValue
        let key = Key(
            route: context.endpointPath ?? "NotFound",
            method: Self.methods.contains(method) ? method : "other",
            statusClass: response.status.code / 100
        )
        let (requests, duration) = metrics(key)
        requests.increment()
        duration.recordNanoseconds((NIODeadline.now() - began).nanoseconds)
        return response
    }

    private func metrics(_ key: Key) -> (Counter, Metrics.Timer) {
        series.all.withLock { all in
            if let found = all[key] { return found }
            let dimensions = [
                ("route", key.route), ("method", key.method), ("status", "\(key.statusClass)xx"),
            ]
            let made = (
                Counter(label: "rollcall_http_requests_total", dimensions: dimensions, factory: factory),
                Metrics.Timer(
                    label: "rollcall_http_request_duration_seconds",
                    dimensions: [("route", key.route), ("method", key.method)],
                    factory: factory
                )
            )
            all[key] = made
            return made
        }
    }
}
