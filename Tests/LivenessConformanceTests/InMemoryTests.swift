import LivenessConformance
import LivenessCore
import Testing

@Suite("The stores and drivers without a database")
struct InMemoryTests {
    @Test("the in-memory store keeps the laws of stores", arguments: StoreLaw.all)
    func storeLaw(_ law: StoreLaw) async throws {
        try await law.run(on: InMemoryFixture(), of: "in memory")
    }

    @Test("the in-memory driver keeps the laws of drivers", arguments: DriverLaw.all)
    func driverLaw(_ law: DriverLaw) async throws {
        let fixture = TableDriverFixture(InMemoryFixture()) { InMemoryDriver(store: $0, daemon: $1) }
        try await law.run(on: fixture, of: "in memory")
    }

    @Test("an ordered outage is every call's, and nobody else's once it is over")
    func outage() async throws {
        let store = InMemoryFixture().memory
        store.setOutage(StoreError(.unavailable, "away"))
        await #expect(throws: StoreError.self) { try await store.daemons() }
        store.setOutage(nil)
        #expect(try await store.daemons().isEmpty)
    }

    @Test("a severed driver fails alone")
    func severed() async throws {
        let store = InMemoryFixture().memory
        let one = InMemoryDriver(store: store, daemon: "d1")
        let two = InMemoryDriver(store: store, daemon: "d2")
        one.sever(true)
        await #expect(throws: DriverError.self) { try await one.observe() }
        #expect(try await two.observe().changed.isEmpty)
        one.sever(false)
        #expect(try await one.observe().changed.isEmpty)
    }
}
