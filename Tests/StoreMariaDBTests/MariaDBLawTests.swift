import DriverDatabase
import LivenessConformance
import LivenessCore
import ServerFixtures
import Testing

@testable import StoreMariaDB

@Suite("The MariaDB store", .mariaDB)
struct MariaDBLawTests {
    @Test("keeps the laws of stores, during an upgrade and after it", arguments: StoreLaw.all, SchemaPhase.allCases)
    func storeLaw(_ law: StoreLaw, _ phase: SchemaPhase) async throws {
        let fixture = try await MariaDBFixture(phase)
        try await law.run(on: fixture, of: "MariaDB")
        await fixture.mariaDB.close()
    }

    @Test(
        "carries the database driver through the laws of drivers, during an upgrade and after it",
        arguments: DriverLaw.all,
        SchemaPhase.allCases
    )
    func driverLaw(_ law: DriverLaw, _ phase: SchemaPhase) async throws {
        let store = try await MariaDBFixture(phase)
        let fixture = TableDriverFixture(store) { DatabaseDriver(table: $0, daemon: $1, isShared: true) }
        try await law.run(on: fixture, of: "database on MariaDB")
        await store.mariaDB.close()
    }
}
