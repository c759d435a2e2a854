/// What Prometheus calls the type of a metric family, and the unit or role its name ends with.
enum MetricKind: Hashable, Sendable {
    case counter
    case gauge
    /// Of plain values: sizes, counts.
    case histogram
    /// Of times, in seconds.
    case timer

    var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram, .timer: "histogram"
        }
    }

    var suffix: String {
        switch self {
        case .counter: "_total"
        case .timer: "_seconds"
        case .gauge, .histogram: ""
        }
    }

    /// Every name that samples of such a family are written under.
    ///
    /// No two families may share one.
    func sampleNames(of name: String) -> [String] {
        switch self {
        case .counter, .gauge: [name]
        case .histogram, .timer: [name, name + "_bucket", name + "_sum", name + "_count"]
        }
    }
}
