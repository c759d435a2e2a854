import Metrics

/// A value that goes up and down: a `Meter`, or a `Recorder` without aggregation (`Gauge`).
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    private let value = AtomicDouble()

    func set(_ value: Int64) { self.value.store(Double(value)) }
    func set(_ value: Double) { self.value.store(value) }
    func increment(by amount: Double) { value.add(amount) }
    func decrement(by amount: Double) { value.add(-amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    func write(name: String, labels: String, to text: inout String) {
        writeSample(name, labels, value.load().prometheusText, to: &text)
    }
}
