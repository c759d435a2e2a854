import DriverDatabase
import LivenessConformance
import LivenessCore
import StoreSQL
import Testing

@testable import StoreSQLite

@Suite("The SQLite store")
struct SQLiteLawTests {
    @Test("keeps the laws of stores", arguments: StoreLaw.all)
    func storeLaw(_ law: StoreLaw) async throws {
        try await law.run(on: try SQLiteFixture(), of: "SQLite")
    }

    @Test("carries the database driver through the laws of drivers", arguments: DriverLaw.all)
    func driverLaw(_ law: DriverLaw) async throws {
        let fixture = TableDriverFixture(try SQLiteFixture()) { DatabaseDriver(table: $0, daemon: $1, isShared: false) }
        try await law.run(on: fixture, of: "database on SQLite")
    }
}
