import Benchmark
import Foundation
import LivenessCore

/// What a million services take, part by part, as the process's resident memory says.
enum MemoryReport {
    static func register() {
        Benchmark(
            "memory of 1,000,000 services (see the printed lines)",
            configuration: .init(metrics: [.wallClock], maxIterations: 1)
        ) { _ in
            let before = residentMegabytes()
            let fleet = Fleet(count: 1_000_000)
            print("memory: \(residentMegabytes() - before) MB for roster, wheel, records and snapshot")
            if fleet.machine.board.count != 1_000_000 { print("memory: not all services were made") }
        }
    }

    private static func residentMegabytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4_096 / 1_000_000
    }
}
