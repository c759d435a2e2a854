import LivenessConformance
import ServerFixtures
import Testing

@Suite("The ZooKeeper driver", .zooKeeper, .serialized)
struct ZooKeeperLawTests {
    @Test("keeps the laws of drivers that it claims", arguments: DriverLaw.all)
    func law(_ law: DriverLaw) async throws {
        try await law.run(on: try ZooKeeperFixture(), of: "zookeeper")
    }
}
