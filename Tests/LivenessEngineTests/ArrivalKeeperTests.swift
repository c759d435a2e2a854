import Testing

@testable import LivenessCore
@testable import LivenessEngine

@Suite("What was heard outlives the daemon that heard it")
struct ArrivalKeeperTests {
    private let kind = Arrivals.Kind(topic: "compute", reportInterval: .seconds(10), downTime: .seconds(60))

    private func gaps(_ fixture: EngineFixture, since: Timestamp? = nil) async throws -> Int64? {
        try await fixture.engine.arrivals(since: since).arrivals.tallies[kind].map { $0.gaps.values.reduce(0, +) }
    }

    /// As two heartbeats make one, far apart.
    private func makeGap(_ fixture: EngineFixture) {
        fixture.engine.shared.withLock { $0.arrivals.heard(kind, after: .seconds(30)) }
    }

    /// Moves the clock on until the store has what that daemon heard for so long.
    private func wait(_ fixture: EngineFixture, kept seconds: Int, after began: Timestamp) async throws -> Bool {
        for _ in 0..<200_000 {
            // Something was kept that had not ended so long after the beginning.
            let kept = try await fixture.store.arrivals(since: began + .seconds(seconds), but: [])
            if kept.began != nil { return true }
            fixture.time.advance(by: .milliseconds(100))
            await Task.yield()
        }
        return false
    }

    @Test("it is kept each minute and at the end, and told after a restart together with what is new")
    func restart() async throws {
        let time = ManualTime()
        let store = InMemoryStore(logID: "log") { time.wall }
        let began = time.wall
        let first = try await EngineFixture(store: store, time: time)
        try await first.running {
            makeGap(first)
            let early = try await gaps(first)
            let isKept = try await wait(first, kept: 60, after: began)
            let late = try await gaps(first)
            #expect(early == 1 && isKept && late == 1)
            makeGap(first)
        }
        time.advance(by: .seconds(10))
        let second = try await EngineFixture(store: store, time: time)
        let before = try #require(try await gaps(second))
        #expect(before >= 2)
        try await second.running {
            makeGap(second)
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
        let began = fixture.time.wall
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1))
            let early = try await gaps(fixture)
            let isKept = try await wait(fixture, kept: 59, after: began)
            let late = try await gaps(fixture)
            #expect(early == nil && isKept && late == 0)
        }
    }

    @Test("a database that is away at the end of an hour gets all of it later, once")
    func away() async throws {
        let fixture = try await EngineFixture()
        try await fixture.running {
            makeGap(fixture)
            fixture.store.setOutage(StoreError(.unavailable, "away"))
            fixture.time.advance(by: .seconds(3_700))
            await fixture.engine.arrivalKeeper.keep()
            makeGap(fixture)
            fixture.time.advance(by: .seconds(3_700))
            await fixture.engine.arrivalKeeper.keep()
            fixture.store.setOutage(nil)
            let told = try await gaps(fixture)
            await fixture.engine.arrivalKeeper.keep()
            let kept = try await fixture.store.arrivals(since: Timestamp(microseconds: 0), but: [])
            let count = kept.arrivals.tallies[kind]?.gaps.values.reduce(0, +)
            #expect(told == 2 && count == told)
        }
    }

    @Test("what is heard after the wall clock was set stands at its own time")
    func clockSet() async throws {
        let fixture = try await EngineFixture()
        let before = fixture.time.wall
        try await fixture.running {
            makeGap(fixture)
            fixture.time.setWall(to: before + .seconds(86_400))
            await fixture.engine.arrivalKeeper.keep()
            makeGap(fixture)
            await fixture.engine.arrivalKeeper.keep()
            let all = try await fixture.store.arrivals(since: Timestamp(microseconds: 0), but: [])
            let late = try await fixture.store.arrivals(since: before + .seconds(80_000), but: [])
            let counts = [all, late].map { $0.arrivals.tallies[kind]?.gaps.values.reduce(0, +) }
            #expect(counts == [2, 1])
            #expect(late.began == before + .seconds(86_400))
        }
    }
}
