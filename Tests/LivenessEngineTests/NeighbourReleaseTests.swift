import LivenessCore
import LivenessEngine
import Testing

@Suite("Starting beside daemons of other releases")
struct NeighbourReleaseTests {
    @Test("beside a living daemon of a release not next to its own no engine starts", arguments: [-2, -1, 1, 2])
    func releases(distance: Int32) async throws {
        let release = Release.number + distance
        let result = try await Self.start(beside: EngineFixture.other(release: release), thatLives: true)
        switch result {
        case .success: #expect(abs(distance) == 1)
        case .failure(let error):
            #expect(abs(distance) == 2)
            #expect((error as? StoreError)?.code == .fenced)
            #expect("\(error)".contains("this is release \(Release.number), and"))
            #expect("\(error)".contains("daemon other on there runs release \(release):"))
        }
    }

    @Test("one of a release too far away that does not live keeps nobody from starting")
    func deadStranger() async throws {
        let stranger = EngineFixture.other(release: Release.number + 2)
        _ = try await Self.start(beside: stranger, thatLives: false).get()
    }

    /// Starts an engine while time passes and the other daemon, if it lives, writes its row.
    private static func start(
        beside other: DaemonRecord,
        thatLives isAlive: Bool
    ) async throws -> Result<EngineFixture, any Error> {
        var other = other
        let time = ManualTime()
        let store = InMemoryStore(logID: "log") { time.wall }
        try await store.write(other)
        let isOver = Locked(false)
        let starting = Task {
            defer { isOver.withLock { $0 = true } }
            return try await EngineFixture(store: store, time: time)
        }
        while !isOver.withLock({ $0 }) {
            if isAlive {
                other.lastSeen = time.wall
                try await store.write(other)
            }
            time.advance(by: .milliseconds(50))
            await Task.yield()
        }
        return await starting.result
    }
}
