import Metrics
import Synchronization

/// A distribution over fixed buckets: a `Timer` (in seconds) or a `Recorder` with aggregation.
final class HistogramSeries: MetricSeries, TimerHandler, RecorderHandler {
    /// One bucket.
    ///
    /// `Atomic` cannot be the element of an array, a reference to one can.
    private final class Bucket: Sendable {
        let count = Atomic<UInt64>(0)
    }

    /// The upper bounds, ascending and inclusive; a last bucket without bound follows them.
    private let bounds: [Double]
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Bucket() }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        // One value that is no number would make the sum none for ever.
        guard value.isFinite else { return }
        // A dozen bounds: counting beats halving, and most values are small.
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    func write(name: String, labels: String, to text: inout String) {
        let separator = labels.isEmpty ? "" : ","
        var total: UInt64 = 0
        for (index, bucket) in buckets.enumerated() {
            total &+= bucket.count.load(ordering: .relaxed)
            let bound = index < bounds.count ? bounds[index].prometheusText : "+Inf"
            writeSample("\(name)_bucket", "\(labels)\(separator)le=\"\(bound)\"", String(total), to: &text)
        }
        writeSample("\(name)_sum", labels, sum.load().prometheusText, to: &text)
        // The count is the last bucket, not a number of its own: a scrape between two additions stays consistent.
        writeSample("\(name)_count", labels, String(total), to: &text)
    }
}
