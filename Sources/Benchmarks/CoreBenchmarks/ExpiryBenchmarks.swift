import Benchmark
import LivenessCore

/// A hundred thousand services that fall silent at once.
enum ExpiryBenchmarks {
    static func register() {
        Benchmark(
            "100,000 of 1,000,000 services expire: wheel and judgement, in slices of 16",
            configuration: .init(
                metrics: [.cpuTotal, .wallClock, .slice99, .longestSlice, .longSlices, .longestIdle],
                maxDuration: .seconds(120),
                maxIterations: 3
            )
        ) { benchmark in
            for _ in benchmark.scaledIterations {
                var silent = SilentFleet(count: 1_000_000, silent: 100_000)
                // Readers hold the board as it was, so that what changes is copied, as in life.
                let published = silent.fleet.machine.board
                var slices = SliceTimes()
                benchmark.startMeasurement()
                var isMore = true
                while isMore {
                    slices.begin()
                    isMore = silent.fleet.machine.advance(to: silent.deadline, limit: 16)
                    slices.end()
                }
                var left = silent.fleet.machine.dueCount
                let due = left
                while left > 0 {
                    slices.begin()
                    left = silent.fleet.machine.judge(
                        passBegan: silent.deadline,
                        count: left,
                        limit: 16,
                        at: silent.deadline
                    )
                    slices.end()
                }
                benchmark.stopMeasurement()
                let judged = silent.fleet.machine.counters.judgedDown
                guard due == 100_000, judged == 100_000 else {
                    return benchmark.error("\(due) were due and \(judged) judged down, not 100,000")
                }
                if published.stateCounts[.up] != 1_000_000 { benchmark.error("the snapshot changed") }
                slices.report(to: benchmark)
            }
        }
        Benchmark(
            "1,000,000 services are counted for the brake, in slices of 256",
            configuration: .init(
                metrics: [.cpuTotal, .wallClock, .slice99, .longestSlice, .longSlices, .longestIdle],
                maxDuration: .seconds(120),
                maxIterations: 3
            )
        ) { benchmark in
            for _ in benchmark.scaledIterations {
                var silent = SilentFleet(count: 1_000_000, silent: 100_000)
                var slices = SliceTimes()
                benchmark.startMeasurement()
                var isMore = true
                while isMore {
                    slices.begin()
                    isMore = silent.fleet.machine.lookAtBrake(limit: 256, at: silent.deadline)
                    slices.end()
                }
                benchmark.stopMeasurement()
                if !silent.fleet.machine.brakes.held.isEmpty { benchmark.error("a tenth engaged the brake") }
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
        benchmark.measurement(.longestIdle, Int(Self.longestOfIdleLoop(lasting: sum).clampedNanoseconds))
    }

    private var sum: Duration { times.reduce(.zero, +) }

    /// The longest turn of a loop that does nothing for that long: what the machine alone takes away.
    private static func longestOfIdleLoop(lasting: Duration) -> Duration {
        let end = ContinuousClock.now + lasting
        var longest = Duration.zero
        var last = ContinuousClock.now
        while last < end {
            let now = ContinuousClock.now
            longest = max(longest, now - last)
            last = now
        }
        return longest
    }
}

extension BenchmarkMetric {
    static let slice99 = BenchmarkMetric.custom("slices: p99 (ns)", useScalingFactor: false)
    static let longestSlice = BenchmarkMetric.custom("slices: longest (ns)", useScalingFactor: false)
    /// Beside it, in the same run.
    static let longestIdle = BenchmarkMetric.custom("idle loop: longest turn (ns)", useScalingFactor: false)
    static let longSlices = BenchmarkMetric.custom("slices over 100 us", useScalingFactor: false)
}

/// A fleet of which some fell silent at one instant, while the others beat every 10 s, each in its own phase: so when
/// the silent are due, few of the living are looked at with them, as in life.
struct SilentFleet {
    var fleet: Fleet
    let deadline: Instant

    private static let tick: Duration = .milliseconds(50)
    /// Ticks of a report_interval.
    private static let phases = 200
    /// The tick at which the silent are heard for the last time; their down time is 1,200 ticks.
    private static let lastHeard = 1_100

    init(count: Int, silent: Int) {
        var fleet = Fleet(count: count)
        let batches = fleet.batches(sequence: 1)
        let silentBatches = silent / Fleet.batchSize
        var rounds: [UInt64: [HeartbeatBatch]] = [:]
        var now = Instant(nanoseconds: 0)
        for tick in 1...(Self.lastHeard + 1_199) {
            now = now + Self.tick
            fleet.sound(at: now)
            while fleet.machine.advance(to: now, limit: 1_000) {}
            // Each phase only as often as it is needed to keep everybody up: at ticks 1,000 and 2,000.
            let round = UInt64(tick / 1_000)
            if round > 0, tick % 1_000 < Self.phases {
                let all = rounds[round] ?? fleet.batches(sequence: round + 1)
                rounds = [round: all]
                let first = silentBatches + tick % 1_000
                for batch in stride(from: first, to: all.count, by: Self.phases) {
                    fleet.beatAll([all[batch]], at: now)
                }
            }
            if tick == Self.lastHeard { fleet.beatAll(Array(batches.prefix(silentBatches)), at: now) }
        }
        deadline = now + Self.tick * 2
        fleet.sound(at: deadline)
        self.fleet = fleet
    }
}
