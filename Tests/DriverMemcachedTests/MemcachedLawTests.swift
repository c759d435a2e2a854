import LivenessConformance
import ServerFixtures
import Testing

@Suite("The memcached driver", .memcached, .serialized)
struct MemcachedLawTests {
    @Test("keeps the laws of drivers that it claims", arguments: DriverLaw.all)
    func law(_ law: DriverLaw) async throws {
        let fixture = try MemcachedFixture()
        guard law.isClaimed(by: fixture) else { return print("memcached does not claim: \(law)") }
        try await law.run(on: fixture)
    }
}
