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
            let questions = (0..<100_000).map { _ in Question(Int.random(in: 0..<services, using: &random)) }
            let start = ContinuousClock.now
            benchmark.startMeasurement()
            var up = 0
            for question in questions {
                let bytes = question.bytes.span.bytes
                let (host, binary) = (0..<question.split, question.split..<question.bytes.count)
                if board.verdict(bytes, host: host, binary: binary)?.state != .down { up += 1 }
            }
            benchmark.stopMeasurement()
            benchmark.report(ContinuousClock.now - start, units: questions.count)
            if up != questions.count { benchmark.error("\(up) of \(questions.count) were found") }
        }
    }

    private struct Question {
        let bytes: [UInt8]
        let split: Int

        init(_ number: Int) {
            let host = Array(Fleet.host(number).utf8)
            bytes = host + Array("nova-compute".utf8)
            split = host.count
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
