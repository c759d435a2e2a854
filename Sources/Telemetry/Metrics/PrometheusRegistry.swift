import Synchronization

/// Every metric of the process, and their text for a scrape.
///
/// Bounded and total: a name used as two kinds, a label too many or an odd character never traps and never makes a
/// scrape that Prometheus refuses. What cannot be shown is counted in `rollcall_metrics_refused_total`.
package final class PrometheusRegistry: Sendable {
    /// More series of one name than this are folded into one (`overflow="true"`), or not shown where folding means
    /// nothing (gauges): a label must never carry what grows with the fleet, such as a host.
    package static let maximumSeriesPerName = 1_000

    /// The media type of `exposition()`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Seconds: from one hot reply to a request that somebody waits for.
    static let defaultTimeBounds = [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// Plain values: sizes of batches.
    static let defaultValueBounds: [Double] = [1, 2, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000]

    private static let refusedName = "rollcall_metrics_refused_total"
    private static let overflow = MetricLabels([("overflow", "true")])

    private struct State {
        var families: [String: MetricFamily] = [:]
        /// Which family each sample's name belongs to.
        var owners: [String: String] = [:]
        var help: [String: String] = [:]
        var bounds: [String: [Double]] = [:]
    }

    private let state = Mutex(State())
    private let refused = CounterSeries()

    package init() {
        state.withLock { state in
            var family = MetricFamily(name: Self.refusedName, kind: .counter)
            family.series[MetricLabels([])] = refused
            state.families[family.name] = family
            state.owners[family.name] = family.name
            state.help[family.name] = "Requests for a metric that clashes with another or exceeds the series limit."
        }
    }

    /// Says what a metric means, and for a histogram where its buckets end.
    ///
    /// - Parameters:
    ///   - name: The name as exposed, such as `rollcall_flush_duration_seconds`.
    ///   - help: One sentence.
    ///   - bounds: The buckets' upper bounds in any order; they hold for series made from now on.
    package func describe(_ name: String, help: String, bounds: [Double]? = nil) {
        state.withLock { state in
            state.help[name] = help
            if let bounds { state.bounds[name] = Set(bounds.filter(\.isFinite)).sorted() }
        }
    }

    /// The text of a scrape: families by name, series by labels, always with a final newline.
    package func exposition() -> String {
        let (families, help) = state.withLock { ($0.families, $0.help) }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            family.write(help: help[name] ?? "\(name), without further description.", to: &text)
        }
        return text
    }

    /// The series of these labels, made when it is new.
    ///
    /// - Returns: What to add to. Where it cannot be shown it is a series of its own that no scrape sees.
    func series<Series: MetricSeries>(
        label: String,
        kind: MetricKind,
        dimensions: [(String, String)],
        make: ([Double]) -> Series
    ) -> Series {
        let name = PrometheusName.metric(label, kind: kind)
        var labels = MetricLabels(dimensions)
        let found: Series? = state.withLock { state in
            var family = state.families[name] ?? MetricFamily(name: name, kind: kind)
            guard family.kind == kind else { return nil }
            if let series = family.series[labels] { return series as? Series }

            if family.series.count >= Self.maximumSeriesPerName {
                refused.increment(by: 1)
                guard kind != .gauge else { return nil }
                labels = Self.overflow
                if let series = family.series[labels] { return series as? Series }
            }
            for sample in kind.sampleNames(of: name) {
                guard state.owners[sample, default: name] == name else { return nil }
            }
            for sample in kind.sampleNames(of: name) { state.owners[sample] = name }
            let series = make(state.bounds[name] ?? Self.bounds(for: kind))
            family.series[labels] = series
            state.families[name] = family
            return series
        }
        if let found { return found }
        refused.increment(by: 1)
        return make(Self.bounds(for: kind))
    }

    /// Shows this series no more.
    func remove(_ series: any MetricSeries) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let labels = family.series.first(where: { $0.value === series })?.key else { continue }
                state.families[name]?.series[labels] = nil
            }
        }
    }

    private static func bounds(for kind: MetricKind) -> [Double] {
        kind == .timer ? defaultTimeBounds : defaultValueBounds
    }
}
