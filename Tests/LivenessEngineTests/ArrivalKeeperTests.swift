import LivenessCore
import LivenessEngine
import Testing

@Suite("What was heard outlives the daemon that heard it")
struct ArrivalKeeperTests {
    private let kind = Arrivals.Kind(topic: "compute", reportInterval: .seconds(10), downTime: .seconds(60))

    private func gaps(_ fixture: EngineFixture, since: Timestamp? = nil) async throws -> Int64? {
        try await fixture.engine.arrivals(since: since).tallies[kind].map { $0.gaps.values.reduce(0, +) }
    }

    /// Two heartbeats, far apart; the clock moves in steps too short to be a pause.
    private func makeGap(_ fixture: EngineFixture, _ sequence: UInt64) async {
        await fixture.beat(fixture.heartbeat("h1", sequence))
        for _ in 0..<300 {
            fixture.time.advance(by: .milliseconds(100))
            _ = await fixture.time.soon({ false }, turns: 20)
        }
        await fixture.beat(fixture.heartbeat("h1", sequence + 1))
    }

    /// Moves the clock on until the store has what that daemon heard for so long.
    private func wait(_ fixture: EngineFixture, kept seconds: Int) async throws -> Bool {
        for _ in 0..<200_000 {
            let kept = try await fixture.store.arrivals(since: Timestamp(microseconds: 0))
            if kept.contains(where: { $0.ended - $0.began >= .seconds(seconds) }) { return true }
            fixture.time.advance(by: .milliseconds(100))
            await Task.yield()
        }
        return false
    }

    @Test("it is kept each minute and at the end, and told after a restart together with what is new")
    func restart() async throws {
        let time = ManualTime()
        let store = InMemoryStore(logID: "log") { time.wall }
        let first = try await EngineFixture(store: store, time: time)
        try await first.running {
            await makeGap(first, 1)
            let early = try await gaps(first)
            let isKept = try await wait(first, kept: 60)
            let late = try await gaps(first)
            #expect(early == 1 && isKept && late == 1)
            await makeGap(first, 100)
        }
        let second = try await EngineFixture(store: store, time: time)
        let before = try #require(try await gaps(second))
        #expect(before >= 2)
        try await second.running {
            await makeGap(second, 200)
            let all = try await gaps(second)
            let new = try await gaps(second, since: time.wall - .seconds(1))
            #expect(all == before + 1 && new == 1)
        }
        let daemons = try await second.engine.arrivals(since: nil).daemons
        #expect(daemons == ["rollcalld"])
    }

    @Test("a kind of which no gap was long is told of, too")
    func calm() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1))
            let early = try await gaps(fixture)
            let isKept = try await wait(fixture, kept: 59)
            let late = try await gaps(fixture)
            #expect(early == nil && isKept && late == 0)
        }
    }

    @Test("a database that is away at the end of an hour gets all of it later, once")
    func away() async throws {
        let fixture = try await EngineFixture()
        await makeGap(fixture, 1)
        fixture.store.setOutage(StoreError(.unavailable, "away"))
        fixture.time.advance(by: .seconds(3_700))
        await fixture.engine.keepArrivals()
        await makeGap(fixture, 10)
        fixture.time.advance(by: .seconds(3_700))
        await fixture.engine.keepArrivals()
        fixture.store.setOutage(nil)
        let told = try #require(try await gaps(fixture))
        await fixture.engine.keepArrivals()
        #expect(try await gaps(fixture) == told)
        let kept = try await fixture.store.arrivals(since: Timestamp(microseconds: 0))
        #expect(kept.count == 2)
        #expect(kept.reduce(0) { $0 + ($1.tallies[kind]?.gaps.values.reduce(0, +) ?? 0) } == told)
    }
}
