import LivenessTesting
import Testing

@testable import LivenessCore

@Suite("How far apart heartbeats come")
struct ArrivalsTests {
    private func tally(_ daemon: ModelDaemon) -> Arrivals.Tally? {
        daemon.arrivals[
            Arrivals.Kind(topic: "compute", reportInterval: .seconds(10), downTime: .seconds(60))
        ]
    }

    private func count(_ tally: Arrivals.Tally?, longerThan gap: Duration) -> Int64 {
        (tally?.gaps ?? [:]).reduce(0) { Arrivals.bounds(of: $1.key).upperBound > gap ? $0 + $1.value : $0 }
    }

    @Test("gaps from a quarter of the down time and two intervals on are counted, those of every beat are not")
    func gaps() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.keepBeating(&process, for: .seconds(100))
        await daemon.beat(process.next())
        #expect(tally(daemon) == nil)
        for gap in [19, 21, 25, 40] {
            await daemon.run(.seconds(gap))
            await daemon.beat(process.next())
        }
        let seen = tally(daemon)
        #expect(count(seen, longerThan: .seconds(15)) == 3)
        #expect(count(seen, longerThan: .seconds(23)) == 2)
        #expect(count(seen, longerThan: .seconds(43)) == 0)
        #expect(seen?.deaths == 0 && seen?.mistakes == 0)
    }

    @Test("a mistake is a gap, a death and a life; a death alone is a death")
    func mistakes() async throws {
        var daemon = try await freshDaemon()
        var living = Process("h1")
        var dead = Process("h2")
        await daemon.beat(living.next())
        await daemon.beat(dead.next())
        await daemon.run(.seconds(70))
        await daemon.beat(living.next())
        let seen = tally(daemon)
        #expect(seen?.deaths == 2 && seen?.mistakes == 1)
        #expect(count(seen, longerThan: .seconds(60)) == 1)
    }

    @Test("a gap that this daemon was blind in, and one between two processes, are none")
    func noGaps() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1")
        await daemon.beat(process.next())
        await daemon.run(.seconds(5))
        daemon.stall(.seconds(30))
        await daemon.run(.seconds(5))
        await daemon.beat(process.next())
        await daemon.run(.seconds(30))
        process = Process("h1", incarnation: "b")
        await daemon.beat(process.next())
        #expect(tally(daemon) == nil)
    }

    @Test("of a service without incarnations nobody knows whether it lived")
    func nameless() async throws {
        var daemon = try await freshDaemon()
        var process = Process("h1", incarnation: nil)
        await daemon.beat(process.next())
        await daemon.run(.seconds(40))
        await daemon.beat(process.next())
        #expect(tally(daemon) == nil)
    }

    @Test("a length lies in its bucket, and a bucket is a sixteenth wide")
    func buckets() {
        for milliseconds in [0, 1, 15, 16, 17, 31, 32, 33, 999, 15_000, 20_000, 60_000, 3_600_000, 86_400_000] {
            let length = Duration.milliseconds(milliseconds)
            let bounds = Arrivals.bounds(of: Arrivals.bucket(of: length))
            #expect(bounds.contains(length), "\(length) \(bounds)")
            #expect(bounds.upperBound - bounds.lowerBound <= max(.milliseconds(1), length / 16))
        }
        #expect(Arrivals.bucket(of: .seconds(Int64.max)) > Arrivals.bucket(of: .seconds(86_400)))
    }

    @Test("stated intervals, which may be anything, are bounded")
    func bounded() {
        var arrivals = Arrivals()
        for number in 0..<1_000 {
            let kind = Arrivals.Kind(topic: "t", reportInterval: .milliseconds(number), downTime: .seconds(6))
            arrivals.heard(kind, after: .seconds(2))
        }
        #expect(arrivals.tallies.count == Arrivals.mostKinds)
        var sum = ArrivalSum()
        for number in 0..<1_000 {
            let kind = Arrivals.Kind(topic: "t", reportInterval: .milliseconds(number), downTime: .seconds(6))
            sum.add(ArrivalStretch.ID(daemon: "d", began: Timestamp(microseconds: 0)), kind, Arrivals.Tally(deaths: 1))
        }
        #expect(sum.arrivals.tallies.count == Arrivals.mostKinds)
    }

    @Test("counts that are too large to be added up stop at what JSON can hold")
    func largeCounts() {
        let kind = Arrivals.Kind(topic: "t", reportInterval: .seconds(1), downTime: .seconds(6))
        let id = ArrivalStretch.ID(daemon: "d", began: Timestamp(microseconds: 0))
        var sum = ArrivalSum()
        for _ in 0..<3 { sum.add(id, kind, Arrivals.Tally(gaps: [7: .max], deaths: .max, mistakes: 1 << 53)) }
        let most: Int64 = (1 << 53) - 1
        #expect(sum.arrivals.tallies[kind] == Arrivals.Tally(gaps: [7: most], deaths: most, mistakes: most))
    }

    /// Services that beat every two seconds for half an hour; two in five heartbeats are lost, the same ones for every down
    /// time.
    private func lossyRun(downTime: Duration) async throws -> Arrivals.Tally {
        var daemon = try await freshDaemon { settings in
            settings.reportInterval = .seconds(2)
            settings.serviceDownTime = downTime
            // Whom a brake holds is not called down.
            settings.brake.minimum = .max
        }
        var random = SplitMix64(seed: 7)
        var processes = (0..<20).map { Process("h\($0)") }
        for _ in 0..<900 {
            for number in processes.indices {
                let heartbeat = processes[number].next()
                if Int.random(in: 0..<5, using: &random) >= 2 { await daemon.beat(heartbeat) }
            }
            await daemon.run(.seconds(2))
        }
        let kind = Arrivals.Kind(topic: "compute", reportInterval: .seconds(2), downTime: downTime)
        return try #require(daemon.arrivals[kind])
    }

    @Test("what is told of another down time comes true where it stands")
    func comesTrue() async throws {
        let recorded = try await lossyRun(downTime: .seconds(15))
        let tried = try await lossyRun(downTime: .seconds(9))
        #expect(count(recorded, longerThan: .seconds(9)) == tried.mistakes)
        #expect(tried.mistakes > 100)
        #expect(recorded.mistakes < tried.mistakes)
    }
}
