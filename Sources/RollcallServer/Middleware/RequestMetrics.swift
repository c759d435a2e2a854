import Metrics
import NIOCore
import Synchronization

/// Requests and their time, by route pattern, method and class of status.
///
/// Nothing that a client chooses becomes a label: what matches no route is one route, what is no known method one
/// method.
final class RequestMetrics: Sendable {
    struct Key: Hashable {
        var route: String
        var method: String
        var statusClass: Int
    }

    struct Series: Sendable {
        fileprivate var requests: Counter
        fileprivate var duration: Metrics.Timer

        func record(began: NIODeadline) {
            requests.increment()
            duration.recordNanoseconds((NIODeadline.now() - began).nanoseconds)
        }
    }

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private let all = Mutex<[Key: Series]>([:])
    private let factory: any MetricsFactory

    init(_ factory: any MetricsFactory) {
        self.factory = factory
    }

    func series(route: String, method: String, status: Int) -> Series {
        let key = Key(
            route: route,
            method: Self.methods.contains(method) ? method : "other",
            statusClass: status / 100
        )
        return all.withLock { all in
            if let found = all[key] { return found }
            let dimensions = [
                ("route", key.route), ("method", key.method), ("status", "\(key.statusClass)xx"),
            ]
            let made = Series(
                requests: Counter(label: "rollcall_http_requests_total", dimensions: dimensions, factory: factory),
                duration: Metrics.Timer(
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
