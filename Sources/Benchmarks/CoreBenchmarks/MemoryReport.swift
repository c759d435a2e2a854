import Benchmark
import Foundation
import LivenessCore

/// What a million services take, as the process's resident memory says: all of it, and the part that is the records'
/// own (cards, identities, when they were heard), which is measured by making that part once more.
enum MemoryReport {
    static func register() {
        Benchmark(
            "memory of 1,000,000 services: roster, wheel, verdicts and records",
            configuration: .init(
                metrics: [.megabytes, .recordMegabytes, .rosterMegabytes],
                warmupIterations: 0,
                maxIterations: 1
            )
        ) { benchmark in
            let before = residentMegabytes()
            let fleet = Fleet(count: 1_000_000)
            let whole = residentMegabytes()
            let records = Records(of: fleet.machine.board)
            let both = residentMegabytes()
            benchmark.measurement(.megabytes, whole - before)
            benchmark.measurement(.recordMegabytes, both - whole)
            benchmark.measurement(.rosterMegabytes, whole - before - (both - whole))
            if fleet.machine.board.count != records.cards.count { benchmark.error("not all services were made") }
        }
    }

    private struct Records {
        private(set) var cards = SnapshotArray<Card>(bits: 7)
        private(set) var hearings = SnapshotArray<Hearing>(bits: Board.standingBits)
        private(set) var identities = NameIndex()

        init(of board: Board) {
            for number in 0..<board.count {
                cards.append(board.cards[number])
                hearings.append(board.hearings[number])
                identities.insert(Self.hash(board.cards[number]), UInt64(number)) { Self.hash(board.cards[Int($0)]) }
            }
        }

        private static func hash(_ card: Card) -> UInt64 {
            (card.uuid.high ^ card.uuid.low) &* 0x9E37_79B9_7F4A_7C15
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
    static let recordMegabytes = BenchmarkMetric.custom("MB of records", useScalingFactor: false)
    static let rosterMegabytes = BenchmarkMetric.custom("MB of roster, wheel and verdicts", useScalingFactor: false)
}
