import DriverDatabase
import LivenessConformance
import LivenessCore
import Testing

@Suite("The database driver")
struct DatabaseDriverTests {
    @Test("keeps the laws of drivers", arguments: DriverLaw.all)
    func law(_ law: DriverLaw) async throws {
        let fixture = TableDriverFixture(InMemoryFixture()) { DatabaseDriver(table: $0, daemon: $1) }
        try await law.run(on: fixture)
    }

    @Test("serves shorter down times where it need not poll for others")
    func leastDownTime() {
        let store = InMemoryFixture().memory
        let alone = DatabaseDriver(table: store, daemon: "d").guarantees
        let shared = DatabaseDriver(table: store, daemon: "d", isShared: true).guarantees
        #expect(alone.leastDownTime(.seconds(10), .milliseconds(250), .seconds(1)) == .milliseconds(10_250))
        #expect(shared.leastDownTime(.seconds(10), .milliseconds(250), .seconds(1)) == .milliseconds(12_250))
        #expect(alone.isPersistent && !alone.mayEvict && alone.notice == .polls && alone.clock == .ours)
    }

    @Test("begins where the loading of the store ended, when it is told")
    func seen() async throws {
        let store = InMemoryFixture().memory
        let row = DaemonRecord(
            id: "d2",
            incarnation: "i",
            host: "h",
            release: 1,
            schemaRange: 1...1,
            phaseSeen: "new",
            flushCount: 5,
            settingsDigest: "",
            lastSeen: Timestamp(microseconds: 0)
        )
        try await store.write(row)
        let driver = DatabaseDriver(table: store, daemon: "d1", seen: ["d2": 5])
        #expect(try await driver.observer.observe().changed.isEmpty)
        _ = try await store.flush(
            HeartbeatFlush(daemon: "d2", count: 6, at: row.lastSeen, renewals: [], workers: [])
        )
        #expect(try await driver.observer.observe().daemons.map(\.flushCount) == [6])
    }
}
