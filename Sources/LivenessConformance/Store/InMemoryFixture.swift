package import LivenessCore

/// A fresh in-memory store for a law.
package struct InMemoryFixture: StoreFixture {
    package let memory: InMemoryStore

    package init() {
        memory = InMemoryStore(logID: "first") { Self.now }
    }

    package var store: any RecordStore { memory }

    private static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    package func databaseNow() async throws -> Timestamp { Self.now }

    package func raiseMinimumRelease(to release: Int32) async throws {
        memory.setMinimumRelease(release)
    }

    package func replaceLogID(with logID: String) async throws {
        memory.setLogID(logID)
    }
}
