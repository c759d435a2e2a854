import Benchmark
import Foundation
import LivenessCore

/// What a million services take, part by part, as the process's resident memory says.
enum MemoryReport {
    static func register() {
        Benchmark(
            "memory of 1,000,000 services: roster, wheel, records and snapshot",
            configuration: .init(metrics: [.megabytes], maxIterations: 1)
        ) { benchmark in
            let before = residentMegabytes()
            let fleet = Fleet(count: 1_000_000)
            benchmark.measurement(.megabytes, residentMegabytes() - before)
            if fleet.machine.board.count != 1_000_000 { benchmark.error("not all services were made") }
        }
    }

    private static func residentMegabytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4_096 / 1_000_000
    }
}

extension BenchmarkMetric {
    static let megabytes = BenchmarkMetric.custom("MB resident", useScalingFactor: false)
}
