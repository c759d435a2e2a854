import Metrics
import Telemetry

/// The metrics of watchers, each declared once.
struct WatchMetrics: Sendable {
    let streams: Meter
    /// Of them those that the feed tells.
    let following: Meter
    let lagged: Counter

    init(_ registry: PrometheusRegistry) {
        let factory = PrometheusMetricsFactory(registry: registry)
        streams = Meter(label: "rollcall_watch_streams", factory: factory)
        following = Meter(label: "rollcall_watch_following", factory: factory)
        lagged = Counter(label: "rollcall_watch_lagged_total", factory: factory)
        registry.describe("rollcall_watch_streams", help: "Watchers that are being told of changes.")
        registry.describe("rollcall_watch_following", help: "Watchers that were told everything and are told together.")
        registry.describe("rollcall_watch_lagged_total", help: "Watchers that read too slowly and were let go.")
    }
}
