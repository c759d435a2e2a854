import Metrics
import Telemetry

/// The metrics of datagrams, each declared once.
struct DatagramMetrics: Sendable {
    /// What became of one.
    enum Fate: String, CaseIterable {
        /// It counts, or one as new did before.
        case taken
        /// It was none.
        case malformed
        /// Nobody known here has that key, or no more.
        case unknownKey = "unknown_key"
        /// It was not signed with the key that it names.
        case badTag = "bad_tag"
        /// Its sender may not beat for that service, or not so often.
        case refused
        /// Only a whole heartbeat can say what it would have to.
        case comeWhole = "come_whole"
    }

    private let counters: [Counter]
    private let acknowledged: Counter

    init(_ registry: PrometheusRegistry) {
        let name = "rollcall_datagrams_total"
        let factory = PrometheusMetricsFactory(registry: registry)
        counters = Fate.allCases.map {
            Counter(label: name, dimensions: [("result", $0.rawValue)], factory: factory)
        }
        acknowledged = Counter(label: "rollcall_datagrams_acknowledged_total", factory: factory)
        registry.describe(name, help: "Datagrams that came to listen.datagram, by what became of them.")
        registry.describe(
            "rollcall_datagrams_acknowledged_total",
            help: "Heartbeats in datagrams that were acknowledged because they asked for it."
        )
    }

    /// How many had which fate, until they are told.
    struct Tally {
        private var counts = [Int64](repeating: 0, count: Fate.allCases.count)

        mutating func note(_ fate: Fate) {
            guard let place = Fate.allCases.firstIndex(of: fate) else { return }
            counts[place] += 1
        }

        fileprivate mutating func take() -> [Int64] {
            defer { counts = [Int64](repeating: 0, count: counts.count) }
            return counts
        }
    }

    func acknowledged(_ count: Int) { acknowledged.increment(by: Int64(count)) }

    func tell(_ tally: inout Tally) {
        for (counter, count) in zip(counters, tally.take()) where count > 0 { counter.increment(by: count) }
    }
}
