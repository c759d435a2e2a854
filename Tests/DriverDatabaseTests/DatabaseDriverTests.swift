import DriverDatabase
import LivenessConformance
import LivenessCore
import Testing

@Suite("The database driver")
struct DatabaseDriverTests {
    @Test("keeps the laws of drivers", arguments: DriverLaw.all)
    func law(_ law: DriverLaw) async throws {
        let fixture = TableDriverFixture(InMemoryFixture()) { DatabaseDriver(table: $0, daemon: $1, isShared: true) }
        try await law.run(on: fixture, of: "database in memory")
    }

    @Test("serves shorter down times where it need not poll for others")
    func leastDownTime() {
        let store = InMemoryFixture().memory
        let alone = DatabaseDriver(table: store, daemon: "d", isShared: false).guarantees
        let shared = DatabaseDriver(table: store, daemon: "d", isShared: true).guarantees
        #expect(alone.leastDownTime(.seconds(10), .milliseconds(250), .seconds(1)) == .milliseconds(10_250))
        #expect(shared.leastDownTime(.seconds(10), .milliseconds(250), .seconds(1)) == .milliseconds(12_250))
        #expect(alone.isPersistent && !alone.mayEvict && alone.notice == .polls && alone.clock == .ours)
    }
}
