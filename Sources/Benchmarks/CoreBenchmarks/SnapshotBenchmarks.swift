import Benchmark
import LivenessCore
import LivenessTesting

/// Reading a verdict, and publishing changes.
enum SnapshotBenchmarks {
    static func register() {
        reading(services: 100_000)
        reading(services: 1_000_000)
        publishing()
    }

    private static func reading(services: Int) {
        Benchmark(
            "read 100,000 verdicts by name from the snapshot of \(services) services",
            configuration: .init(metrics: [.cpuTotal, .perUnit], warmupIterations: 1, maxIterations: 10)
        ) { benchmark in
            let fleet = Fleet(count: services)
            let board = fleet.machine.board
            var random = SplitMix64(seed: 3)
            let others = Questions((0..<100_000).map { _ in Int.random(in: 0..<services, using: &random) })
            let questions = Questions((0..<100_000).map { _ in Int.random(in: 0..<services, using: &random) })
            // As in life: others have asked just before.
            var found = others.found(on: board) - others.names.count
            let start = ContinuousClock.now
            benchmark.startMeasurement()
            found += questions.found(on: board)
            benchmark.stopMeasurement()
            benchmark.report(ContinuousClock.now - start, units: questions.names.count)
            if found != questions.names.count { benchmark.error("\(found) of \(questions.names.count) were found") }
        }
    }

    /// Names one after the other, as in the body of a request.
    private struct Questions {
        private(set) var bytes: [UInt8] = []
        private(set) var names: [(host: Range<Int>, binary: Range<Int>)] = []

        init(_ numbers: [Int]) {
            for number in numbers {
                let begin = bytes.count
                bytes += Array(Fleet.host(number).utf8)
                let middle = bytes.count
                bytes += Array("nova-compute".utf8)
                names.append((begin..<middle, middle..<bytes.count))
            }
        }

        /// How many of them are there, with no verdict yet.
        func found(on board: Board) -> Int {
            let bytes = bytes.span.bytes
            return names.count { board.verdict(bytes, host: $0.host, binary: $0.binary)?.state == .unknown }
        }
    }

    private static func publishing() {
        Benchmark(
            "publish 10,000 changes among 1,000,000 services",
            configuration: .init(metrics: [.cpuTotal, .wallClock], maxDuration: .seconds(60), maxIterations: 5)
        ) { benchmark in
            var published = PublishingFleet(count: 1_000_000)
            // As in life: the pages that the last snapshots gave up are used again.
            for _ in 0..<10 { published.publishChanges(10_000) }
            benchmark.startMeasurement()
            published.publishChanges(10_000)
            benchmark.stopMeasurement()
        }
    }
}
