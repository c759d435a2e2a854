import Benchmark
import LivenessCore

/// A hundred thousand services that fall silent at once.
enum ExpiryBenchmarks {
    static func register() {
        Benchmark(
            "100,000 of 1,000,000 services expire: wheel and judgement, in slices of 32",
            configuration: .init(
                metrics: [.cpuTotal, .wallClock, .slice99, .longestSlice, .longSlices],
                maxDuration: .seconds(120),
                maxIterations: 3
            )
        ) { benchmark in
            for _ in benchmark.scaledIterations {
                let silent = SilentFleet(count: 1_000_000, silent: 100_000)
                var fleet = silent.fleet
                var slices = SliceTimes()
                benchmark.startMeasurement()
                var isMore = true
                while isMore {
                    slices.begin()
                    isMore = fleet.machine.advance(to: silent.deadline, limit: 32)
                    slices.end()
                }
                var left = fleet.machine.dueCount
                let due = left
                while left > 0 {
                    slices.begin()
                    left = fleet.machine.judge(
                        passBegan: silent.deadline,
                        count: left,
                        limit: 32,
                        at: silent.deadline
                    )
                    slices.end()
                }
                benchmark.stopMeasurement()
                guard due == 100_000 else { return benchmark.error("\(due) were due, not 100,000") }
                slices.report(to: benchmark)
            }
        }
    }
}

/// How long the lock would have been held, slice by slice.
struct SliceTimes {
    private var times: [Duration] = []
    private var began = ContinuousClock.now

    mutating func begin() { began = .now }

    mutating func end() { times.append(.now - began) }

    func report(to benchmark: Benchmark) {
        let sorted = times.map { Int($0.clampedNanoseconds) }.sorted()
        guard let last = sorted.last else { return }
        benchmark.measurement(.slice99, sorted[sorted.count * 99 / 100])
        benchmark.measurement(.longestSlice, last)
        benchmark.measurement(.longSlices, sorted.count { $0 > 100_000 })
    }
}

extension BenchmarkMetric {
    static let slice99 = BenchmarkMetric.custom("slices: p99 (ns)", useScalingFactor: false)
    static let longestSlice = BenchmarkMetric.custom("slices: longest (ns)", useScalingFactor: false)
    static let longSlices = BenchmarkMetric.custom("slices over 100 us", useScalingFactor: false)
}

/// A fleet of which some were last heard one down time before `deadline`, spread over the second before it as
/// heartbeats are, and the others just now.
struct SilentFleet {
    var fleet: Fleet
    let deadline: Instant

    init(count: Int, silent: Int) {
        var fleet = Fleet(count: count)
        var now = Instant(nanoseconds: 0) + .milliseconds(100)
        fleet.sound(at: now)
        let batches = fleet.batches(sequence: 1)
        var outcomes: [HeartbeatOutcome] = []
        for batch in batches {
            outcomes.removeAll(keepingCapacity: true)
            fleet.receive(batch, at: now, &outcomes)
        }
        let heard = now
        let later = fleet.batches(sequence: 2).dropFirst(silent / Fleet.batchSize)
        // The living beat again, a part of them every 50 ms, so that the wheel is filled as in life.
        let perTick = max(1, later.count / 1_000)
        var rest = later[...]
        while now < heard + .milliseconds(59_950) {
            now = now + .milliseconds(50)
            fleet.sound(at: now)
            while fleet.machine.advance(to: now, limit: 1_000) {}
            for batch in rest.prefix(perTick) {
                outcomes.removeAll(keepingCapacity: true)
                fleet.receive(batch, at: now, &outcomes)
            }
            rest = rest.dropFirst(perTick)
        }
        deadline = heard + .milliseconds(60_040)
        fleet.sound(at: deadline)
        self.fleet = fleet
    }
}
