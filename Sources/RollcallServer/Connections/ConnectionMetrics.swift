import Metrics
import Telemetry

/// The metrics of connections, each declared once.
struct ConnectionMetrics: Sendable {
    let open: Meter
    let evicted: Counter

    init(_ registry: PrometheusRegistry) {
        let factory = PrometheusMetricsFactory(registry: registry)
        open = Meter(label: "rollcall_http_connections", factory: factory)
        evicted = Counter(label: "rollcall_http_connections_evicted_total", factory: factory)
        registry.describe("rollcall_http_connections", help: "Connections that are open.")
        registry.describe(
            "rollcall_http_connections_evicted_total",
            help: "Idle connections that were closed to make room for new ones."
        )
    }
}
