import DriverDatabase
import LivenessConformance
import LivenessCore
import ServerFixtures
import Testing

@testable import StoreMariaDB

@Suite("The MariaDB store", .mariaDB)
struct MariaDBLawTests {
    @Test("keeps the laws of stores", arguments: StoreLaw.all)
    func storeLaw(_ law: StoreLaw) async throws {
        let fixture = try await MariaDBFixture()
        try await law.run(on: fixture, of: "MariaDB")
        await fixture.mariaDB.close()
    }

    @Test("carries the database driver through the laws of drivers", arguments: DriverLaw.all)
    func driverLaw(_ law: DriverLaw) async throws {
        let store = try await MariaDBFixture()
        let fixture = TableDriverFixture(store) { DatabaseDriver(table: $0, daemon: $1, isShared: true) }
        try await law.run(on: fixture, of: "database on MariaDB")
        await store.mariaDB.close()
    }
}
