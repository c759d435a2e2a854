import DriverMemcached
import LivenessConformance
import LivenessCore
import LivenessTesting
import MemcachedClient
import ServerFixtures

/// Drivers over two real memcached servers, with keys of their own.
struct MemcachedFixture: DriverFixture {
    let records: any StoreFixture = InMemoryFixture()
    let claims: Set<DriverClaim> = []
    private let table: SwitchableTable
    private let servers: MemcachedServers
    let namespace = "law-\(UInt64.random(in: 0 ... .max))"

    init() throws {
        table = SwitchableTable(records.store)
        servers = try MemcachedServers.here()
    }

    var ports: [UInt16] { servers.servers.map(\.port) }

    func driver(of daemon: String) throws -> any LivenessDriver { try driver(of: daemon, ports: ports) }

    /// A driver that uses these servers, and perhaps another namespace.
    func driver(
        of daemon: String,
        namespace other: String? = nil,
        host: String = "127.0.0.1",
        ports: [UInt16]
    ) throws -> any LivenessDriver {
        try MemcachedDriver(
            MemcachedDriver.Configuration(
                servers: ports.map { MemcachedAddress(host: host, port: $0) },
                namespace: other ?? namespace,
                daemon: daemon,
                isShared: true
            ),
            table: table,
            downTimes: DownTimes()
        )
    }

    func setAway(_ isAway: Bool) async throws {
        for server in servers.servers {
            if isAway { try await server.current.stop() } else { server.current.resume() }
        }
    }

    /// Both are emptied, or killed and started again with nothing in them.
    func empty(byKilling isKilled: Bool = true) async throws {
        for server in servers.servers { if isKilled { try await server.killAndRestart() } else { try server.empty() } }
    }

    func end(_ number: Int) { servers.servers[number].current.end() }

    /// Empty.
    func restart(_ number: Int) async throws { try await servers.servers[number].killAndRestart() }

    func freeze(_ number: Int) async throws { try await servers.servers[number].current.stop() }

    func thaw(_ number: Int) { servers.servers[number].current.resume() }

    func damageTable(_ error: StoreError?) { table.setOutage(error) }

    func rewindTable(_ daemon: String, to count: Int64?) { table.rewind(daemon, to: count) }

    /// A client of its own, to look what the servers hold.
    func client(_ number: Int) -> MemcachedServer {
        MemcachedServer(MemcachedAddress(host: "127.0.0.1", port: servers.servers[number].port))
    }
}
