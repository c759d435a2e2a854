import Metrics
import Synchronization

/// A counter of whole things: one relaxed atomic addition per increment.
final class CounterSeries: MetricSeries, CounterHandler {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        // A counter never falls; a caller's mistake must not look like a restart.
        guard amount > 0 else { return }
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        value.store(0, ordering: .relaxed)
    }

    func write(name: String, labels: String, to text: inout String) {
        writeSample(name, labels, String(value.load(ordering: .relaxed)), to: &text)
    }
}
