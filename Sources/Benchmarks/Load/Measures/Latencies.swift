import Histogram
import NIOCore
import Synchronization

/// How long many things took.
final class Latencies: Sendable {
    /// From a microsecond to ten minutes, three digits.
    private let histogram = Mutex(
        Histogram<UInt32>(highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: .three)
    )

    func record(_ length: TimeAmount) {
        let microseconds = UInt64(clamping: max(0, length.nanoseconds) / 1_000)
        _ = histogram.withLock { $0.record(min(microseconds, 600_000_000)) }
    }

    var count: Int { histogram.withLock { Int(clamping: $0.totalCount) } }

    /// In milliseconds.
    func percentile(_ percentile: Double) -> Double {
        Double(histogram.withLock { $0.valueAtPercentile(percentile) }) / 1_000
    }

    var longest: Double { Double(histogram.withLock { $0.max }) / 1_000 }
}
