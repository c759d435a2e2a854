import DriverZooKeeper
import LivenessConformance
import LivenessCore
import LivenessTesting
import ServerFixtures
import ZooKeeperClient

/// Drivers over a real ZooKeeper server, with nodes of their own.
struct ZooKeeperFixture: DriverFixture {
    let records: any StoreFixture = InMemoryFixture()
    let claims: Set<DriverClaim> = []
    private let table: SwitchableTable
    let servers: ZooKeeperServers
    let prefix = "/law-\(UInt64.random(in: 0 ... .max))"

    init() throws {
        table = SwitchableTable(records.store)
        servers = try ZooKeeperServer.here()
    }

    var ensemble: ZooKeeperConfiguration {
        ZooKeeperConfiguration(
            hosts: servers.hosts,
            sessionTimeout: .seconds(6),
            digest: "rollcall:secret",
            limit: .seconds(3)
        )
    }

    func driver(of daemon: String) throws -> any LivenessDriver { driver(of: daemon, mostBytes: 400_000) }

    func driver(of daemon: String, mostBytes: Int) -> any LivenessDriver {
        var configuration = ZooKeeperDriver.Configuration(
            ensemble: ensemble,
            prefix: prefix,
            daemon: daemon,
            release: 3,
            isShared: true
        )
        configuration.mostBytes = mostBytes
        return ZooKeeperDriver(configuration, table: table, downTimes: DownTimes())
    }

    func setAway(_ isAway: Bool) async throws {
        guard isAway else { return servers.servers[0].current.resume() }
        try await servers.servers[0].current.stop()
    }

    func damageTable(_ error: StoreError?) { table.setOutage(error) }

    func rewindTable(_ daemon: String, to count: Int64?) { table.rewind(daemon, to: count) }

    /// A client of its own, to look what the server holds.
    func session() async throws -> ZooKeeperSession {
        let session = try await ZooKeeperSession.open(ensemble) { _ in }
        try await session.connected()
        return session
    }
}
