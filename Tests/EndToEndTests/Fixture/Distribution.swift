/// How times are spread, for people to read.
struct Distribution: CustomStringConvertible {
    private let sorted: [Double]

    /// - Parameter times: In milliseconds.
    init(_ times: some Sequence<Double>) { sorted = times.sorted() }

    var least: Double { sorted.first ?? .nan }
    var greatest: Double { sorted.last ?? .nan }

    private func quantile(_ part: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }

    var description: String {
        let figures = [least, quantile(0.5), quantile(0.99), greatest].map { ($0 * 10).rounded() / 10 }
        return "min \(figures[0]) p50 \(figures[1]) p99 \(figures[2]) max \(figures[3]) ms (\(sorted.count))"
    }
}
