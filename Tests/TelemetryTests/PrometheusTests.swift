import Metrics
import Testing

@testable import Telemetry

@Suite("Metrics as Prometheus reads them")
struct PrometheusTests {
    private let registry = PrometheusRegistry()
    private var factory: PrometheusMetricsFactory { PrometheusMetricsFactory(registry: registry) }
    private let refused = "rollcall_metrics_refused_total"

    private func scrape() throws -> Exposition { try Exposition(registry.exposition()) }

    @Test("counters, gauges and timers come out with type, help and unit")
    func kinds() throws {
        registry.describe("beats_total", help: "Heartbeats\nheard, a \\ in the text.")
        Counter(label: "beats", factory: factory).increment(by: 3)
        FloatingPointCounter(label: "work_seconds", factory: factory).increment(by: 0.5)
        Gauge(label: "services", dimensions: [("state", "up")], factory: factory).record(7)
        let meter = Meter(label: "active", factory: factory)
        meter.increment(by: 2)
        meter.decrement(by: 0.5)

        let scrape = try scrape()

        #expect(scrape.types["beats_total"] == "counter")
        #expect(scrape.help["beats_total"] == #"Heartbeats\nheard, a \\ in the text."#)
        #expect(scrape.samples["beats_total"] == 3)
        #expect(scrape.samples["work_seconds_total"] == 0.5)
        #expect(scrape.types["services"] == "gauge")
        #expect(scrape.samples[#"services{state="up"}"#] == 7)
        #expect(scrape.samples["active"] == 1.5)
        #expect(scrape.samples[refused] == 0)
    }

    @Test("a timer is a histogram in seconds whose buckets add up")
    func timer() throws {
        registry.describe("flush_seconds", help: "Flushes.", bounds: [1, 0.1, .infinity])
        let timer = Timer(label: "flush", dimensions: [("store", "sqlite")], factory: factory)
        timer.recordMilliseconds(50)
        timer.recordMilliseconds(100)
        timer.recordSeconds(1)
        timer.recordSeconds(100)

        let samples = try scrape().samples

        #expect(samples[#"flush_seconds_bucket{store="sqlite",le="0.1"}"#] == 2)
        #expect(samples[#"flush_seconds_bucket{store="sqlite",le="1"}"#] == 3)
        #expect(samples[#"flush_seconds_bucket{store="sqlite",le="+Inf"}"#] == 4)
        #expect(samples[#"flush_seconds_count{store="sqlite"}"#] == 4)
        #expect(samples[#"flush_seconds_sum{store="sqlite"}"#] == 101.15)
    }

    @Test("a recorder that aggregates is a histogram of plain values")
    func recorder() throws {
        let recorder = Recorder(label: "batch", factory: factory)
        recorder.record(3)
        recorder.record(Double.nan)
        recorder.record(1e9)

        let samples = try scrape().samples

        #expect(samples[#"batch_bucket{le="2"}"#] == 0)
        #expect(samples[#"batch_bucket{le="5"}"#] == 1)
        #expect(samples["batch_count"] == 2)
    }

    @Test("the same labels in another order, or with an empty one, are the same series")
    func labelOrder() throws {
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: factory).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("e", ""), ("a", "1")], factory: factory).increment()

        #expect(try scrape().samples[#"c_total{a="1",b="2"}"#] == 2)
    }

    @Test("odd names and values become ones Prometheus reads")
    func cleaning() throws {
        let value = "a\"b\\c\nd" + String(repeating: "x", count: 1_000)
        Counter(
            label: "9 lives.große",
            dimensions: [("le", "1"), ("__x", "2"), ("x.y", "3"), ("x_y", "4"), ("", "5"), ("v", value)],
            factory: factory
        ).increment()
        Gauge(label: "", factory: factory).record(1)

        let samples = try scrape().samples

        let labels = #"_="5",label___x="2",label_le="1",v="a\"b\\c\nd"#
        let key = try #require(samples.keys.first { $0.hasPrefix("__lives_gro__e_total{") })
        #expect(key.hasPrefix("__lives_gro__e_total{" + labels))
        #expect(key.hasSuffix(#",x_y="4"}"#))
        #expect(key.count < 400)
        #expect(samples["_"] == 1)
    }

    @Test("series with other label names under one name are shown beside each other")
    func labelMismatch() throws {
        Counter(label: "c", dimensions: [("a", "1")], factory: factory).increment()
        Counter(label: "c", dimensions: [("b", "1")], factory: factory).increment()
        Counter(label: "c", factory: factory).increment()

        let samples = try scrape().samples
        #expect(samples[#"c_total{a="1"}"#] == 1 && samples[#"c_total{b="1"}"#] == 1 && samples["c_total"] == 1)
    }

    @Test("a name used as two kinds keeps the first, and the second is counted")
    func kindMismatch() throws {
        Counter(label: "x", factory: factory).increment()
        Gauge(label: "x_total", factory: factory).record(9)
        FloatingPointCounter(label: "x", factory: factory).increment(by: 9)
        Recorder(label: "h", factory: factory).record(1)
        Gauge(label: "h_sum", factory: factory).record(9)

        let samples = try scrape().samples

        #expect(samples["x_total"] == 1)
        #expect(samples["h_sum"] == 1)
        #expect(samples[refused] == 3)
    }

    @Test("too many series of one name are folded into one, gauges are left out")
    func bounded() throws {
        let limit = PrometheusRegistry.maximumSeriesPerName
        for number in 0..<(limit + 5) {
            Counter(label: "c", dimensions: [("host", "h\(number)")], factory: factory).increment()
            Gauge(label: "g", dimensions: [("host", "h\(number)")], factory: factory).record(1)
        }

        let samples = try scrape().samples

        #expect(samples.keys.count { $0.hasPrefix("c_total") } == limit + 1)
        #expect(samples[#"c_total{overflow="true"}"#] == 5)
        #expect(samples.keys.count { $0.hasPrefix("g{") } == limit)
    }

    @Test("a destroyed metric is shown no more, and neither is its empty family")
    func destroyed() throws {
        let gauge = Gauge(label: "g", factory: factory)
        gauge.record(1)
        gauge.destroy()

        #expect(try scrape().types["g"] == nil)
    }

    @Test("a counter never falls and ignores what is no amount")
    func counterMistakes() throws {
        let counter = FloatingPointCounter(label: "c", factory: factory)
        counter.increment(by: 1.5)
        counter.increment(by: -1)
        counter.increment(by: Double.nan)
        counter.increment(by: Double.infinity)
        factory.makeCounter(label: "d", dimensions: []).increment(by: -5)

        let samples = try scrape().samples
        #expect(samples["c_total"] == 1.5 && samples["d_total"] == 0)
    }

    @Test("values that are no numbers are written as Prometheus spells them")
    func specialValues() {
        #expect(Double.infinity.prometheusText == "+Inf")
        #expect((-Double.infinity).prometheusText == "-Inf")
        #expect(Double.nan.prometheusText == "NaN")
        #expect(5.0.prometheusText == "5" && 0.25.prometheusText == "0.25" && 1e18.prometheusText == "1e+18")
    }

    @Test("additions from many tasks are all counted")
    func concurrent() async throws {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "c", factory: factory)
                    let recorder = Recorder(label: "r", factory: factory)
                    for _ in 0..<1_000 {
                        counter.increment()
                        recorder.record(1)
                    }
                }
            }
        }
        let samples = try scrape().samples
        #expect(samples["c_total"] == 8_000 && samples["r_sum"] == 8_000 && samples["r_count"] == 8_000)
    }
}
