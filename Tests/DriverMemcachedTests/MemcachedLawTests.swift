import LivenessConformance
import ServerFixtures
import Testing

@Suite("The memcached driver", .memcached, .serialized)
struct MemcachedLawTests {
    @Test("keeps the laws of drivers that it claims", arguments: DriverLaw.all)
    func law(_ law: DriverLaw) async throws {
        try await law.run(on: try MemcachedFixture(), of: "memcached")
    }
}
