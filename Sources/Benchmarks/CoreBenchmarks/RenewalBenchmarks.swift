import Benchmark
import LivenessCore
import RollcallServer

/// Heartbeats of a million services in random order, in batches of a thousand.
enum RenewalBenchmarks {
    static func register() {
        renewing()
        scanning()
    }

    /// The roster alone: what a renewal costs once it is decoded.
    private static func renewing() {
        Benchmark(
            "renew, per heartbeat: 1,000,000 services in random order, batches of 1,000",
            configuration: .init(
                metrics: [.cpuTotal, .perUnit],
                warmupIterations: 1,
                scalingFactor: .one,
                maxDuration: .seconds(60),
                maxIterations: 10
            )
        ) { benchmark in
            var state = RenewingFleet.shared.take()
            state.nextRound()
            let start = ContinuousClock.now
            benchmark.startMeasurement()
            state.renewAll()
            benchmark.stopMeasurement()
            benchmark.report(ContinuousClock.now - start, units: state.count)
            RenewingFleet.shared.give(state)
        }
    }

    /// Decoding and renewing together, as a call of 1,000 heartbeats does.
    private static func scanning() {
        Benchmark(
            "decode and renew, per heartbeat: 1,000,000 services in random order, batches of 1,000",
            configuration: .init(
                metrics: [.cpuTotal, .perUnit],
                warmupIterations: 1,
                maxDuration: .seconds(120),
                maxIterations: 10
            )
        ) { benchmark in
            var state = RenewingFleet.shared.take()
            let bodies = state.bodies()
            let start = ContinuousClock.now
            benchmark.startMeasurement()
            state.decodeAndRenew(bodies)
            benchmark.stopMeasurement()
            benchmark.report(ContinuousClock.now - start, units: state.count)
            RenewingFleet.shared.give(state)
        }
    }
}

extension BenchmarkMetric {
    /// Of wall time: per heartbeat, or per question.
    static let perUnit = BenchmarkMetric.custom("ns for one", useScalingFactor: false)
}

extension Benchmark {
    func report(_ time: Duration, units: Int) {
        measurement(.perUnit, Int(time.clampedNanoseconds) / max(1, units))
    }
}
