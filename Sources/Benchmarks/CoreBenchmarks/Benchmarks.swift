import Benchmark
import LivenessCore

/// The core's numbers at a million services.
///
/// Thresholds are ratios to be watched, not tests: timings vary by machine.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.cpuTotal, .wallClock],
        warmupIterations: 1,
        maxDuration: .seconds(20),
        maxIterations: 20
    )
    RenewalBenchmarks.register()
    ExpiryBenchmarks.register()
    SnapshotBenchmarks.register()
    MemoryReport.register()
}
