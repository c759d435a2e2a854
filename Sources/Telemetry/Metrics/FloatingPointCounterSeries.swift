import Metrics

/// A counter of amounts, such as seconds of work.
final class FloatingPointCounterSeries: MetricSeries, FloatingPointCounterHandler {
    private let value = AtomicDouble()

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        value.add(amount)
    }

    func reset() {
        value.store(0)
    }

    func write(name: String, labels: String, to text: inout String) {
        writeSample(name, labels, value.load().prometheusText, to: &text)
    }
}
