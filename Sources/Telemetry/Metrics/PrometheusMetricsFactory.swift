package import Metrics

/// What swift-metrics is bootstrapped with: every counter, gauge and timer of the process goes to one registry.
///
/// Names end as Prometheus wants them: counters in `_total`, timers in `_seconds`.
package struct PrometheusMetricsFactory: MetricsFactory {
    private let registry: PrometheusRegistry

    package init(registry: PrometheusRegistry) {
        self.registry = registry
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        registry.series(label: label, kind: .counter, dimensions: dimensions) { _ in CounterSeries() }
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        registry.series(label: label, kind: .counter, dimensions: dimensions) { _ in FloatingPointCounterSeries() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        registry.series(label: label, kind: .gauge, dimensions: dimensions) { _ in GaugeSeries() }
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else {
            return registry.series(label: label, kind: .gauge, dimensions: dimensions) { _ in GaugeSeries() }
        }
        return registry.series(label: label, kind: .histogram, dimensions: dimensions) { HistogramSeries(bounds: $0) }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        registry.series(label: label, kind: .timer, dimensions: dimensions) { HistogramSeries(bounds: $0) }
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func remove(_ handler: any AnyObject) {
        guard let series = handler as? any MetricSeries else { return }
        registry.remove(series)
    }
}
