import Metrics
import Telemetry

/// The metrics of connections, each declared once.
struct ConnectionMetrics: Sendable {
    let open: Meter
    let evicted: Counter
    let limit: Gauge
    let isFull: Meter

    init(_ registry: PrometheusRegistry) {
        let factory = PrometheusMetricsFactory(registry: registry)
        open = Meter(label: "rollcall_http_connections", factory: factory)
        evicted = Counter(label: "rollcall_http_connections_evicted_total", factory: factory)
        limit = Gauge(label: "rollcall_http_connections_limit", factory: factory)
        isFull = Meter(label: "rollcall_http_connections_full", factory: factory)
        registry.describe(
            "rollcall_http_connections_limit",
            help: "Connections from which on idle ones are closed to make room."
        )
        registry.describe(
            "rollcall_http_connections_full",
            help: "Whether every connection is busy and new ones wait: 1 or 0."
        )
        registry.describe("rollcall_http_connections", help: "Connections that are open.")
        registry.describe(
            "rollcall_http_connections_evicted_total",
            help: "Idle connections that were closed to make room for new ones."
        )
    }
}
