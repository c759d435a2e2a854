import ServerFixtures
import Synchronization
import Testing
import ZooKeeperClient

@Suite("A client of ZooKeeper", .zooKeeper, .serialized)
struct ZooKeeperClientTests {
    private func configuration(digest: String? = nil) throws -> ZooKeeperConfiguration {
        ZooKeeperConfiguration(
            hosts: try ZooKeeperServer.here().hosts,
            sessionTimeout: .seconds(8),
            digest: digest,
            limit: .seconds(5)
        )
    }

    private func session(
        digest: String? = nil,
        tell: @escaping @Sendable (ZooKeeperEvent) -> Void = { _ in }
    ) async throws -> ZooKeeperSession {
        let session = try await ZooKeeperSession.open(try configuration(digest: digest), tell: tell)
        try await session.connected()
        return session
    }

    private func failure<Value: Sendable>(_ body: () async throws(ZooKeeperError) -> Value) async -> ZooKeeperError? {
        do throws(ZooKeeperError) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test("nodes are made, read, changed, listed and removed")
    func nodes() async throws {
        let session = try await session()
        try await session.write([
            .create(path: "/nodes", value: "ü", .persistent), .create(path: "/nodes/a", value: "", .ephemeral),
        ])
        let node = try #require(try await session.node("/nodes"))
        #expect(node.value == "ü" && node.owner == 0 && node.created > 0)
        #expect(try await session.node("/nodes/a")?.owner == session.identifier)
        #expect(try await session.node("/nodes/b") == nil)
        try await session.write([.set(path: "/nodes", value: "2")])
        try await session.write([.delete(path: "/nodes/a")])
        let changed = try #require(try await session.node("/nodes"))
        #expect(changed.value == "2" && changed.created == node.created && changed.modified > node.modified)
        #expect(try await session.children(of: "/nodes")?.changed ?? 0 > changed.modified)
        #expect(try await session.children(of: "/nodes")?.names == [])
        #expect(try await session.children(of: "/nowhere") == nil)
        await session.close()
    }

    @Test("of several operations all are done or none, and the one that could not be is named")
    func together() async throws {
        let session = try await session()
        try await session.write([.create(path: "/together", value: "", .persistent)])
        let error = await failure { () throws(ZooKeeperError) in
            try await session.write([
                .create(path: "/together/a", value: "", .persistent), .check(path: "/together/none"),
                .set(path: "/together", value: "1"),
            ])
        }
        #expect(error?.code == .noNode && error?.operation == 1)
        #expect(try await session.children(of: "/together")?.names == [])
        let exists = await failure { () throws(ZooKeeperError) in
            try await session.write([.create(path: "/together", value: "", .persistent)])
        }
        #expect(exists?.code == .nodeExists && exists?.operation == 0)
        await session.close()
    }

    @Test("a watch tells of a change before any answer that shows it, and once")
    func watches() async throws {
        let events = Mutex<[ZooKeeperEvent]>([])
        let session = try await session { event in events.withLock { $0.append(event) } }
        let other = try await self.session()
        try await session.write([.create(path: "/watched", value: "", .persistent)])
        #expect(try await session.children(of: "/watched", isWatched: true)?.names == [])
        try await other.write([.create(path: "/watched/a", value: "", .ephemeral)])
        try await eventually("it is seen") { try await session.node("/watched/a") != nil }
        #expect(events.withLock { $0.filter { $0 == .childrenChanged(path: "/watched") }.count } == 1)
        try await other.write([.create(path: "/watched/b", value: "", .ephemeral)])
        try await eventually("it is seen") { try await session.node("/watched/b") != nil }
        #expect(events.withLock { $0.filter { $0 == .childrenChanged(path: "/watched") }.count } == 1)
        await session.close()
        await other.close()
    }

    @Test("a container is gone some time after its last child, and one that is there already will do")
    func containers() async throws {
        let session = try await session()
        try await session.ensureContainer("/container")
        try await session.ensureContainer("/container")
        try await session.write([.create(path: "/container/a", value: "", .ephemeral)])
        #expect(try await session.children(of: "/container")?.names == ["a"])
        let missing = await failure { () throws(ZooKeeperError) in try await session.ensureContainer("/no/where") }
        #expect(missing?.code == .noNode)
        await session.close()
    }

    @Test("what a session with a password makes is its own and that of whoever knows it")
    func digest() async throws {
        let session = try await session(digest: "rollcall:secret")
        try await session.write([.create(path: "/secret", value: "1", .persistent)])
        let stranger = try await self.session(digest: "rollcall:guess")
        let refused = await failure { () throws(ZooKeeperError) in try await stranger.node("/secret") }
        #expect(refused?.code == .notAllowed)
        let friend = try await self.session(digest: "rollcall:secret")
        #expect(try await friend.node("/secret")?.value == "1")
        for session in [session, stranger, friend] { await session.close() }
    }

    @Test("thousands of nodes are made in a few writes and listed in one answer")
    func many() async throws {
        let session = try await session()
        try await session.write([.create(path: "/many", value: "", .persistent)])
        let names = (0..<4_000).map { "host-\($0):nova-compute:worker:6d0f2f4e-9c1a-4f0e-8b7a-000000000001:daemon" }
        for start in stride(from: 0, to: names.count, by: 500) {
            try await session.write(
                names[start..<start + 500].map { .create(path: "/many/\($0)", value: "{}", .ephemeral) }
            )
        }
        #expect(Set(try await session.children(of: "/many")?.names ?? []) == Set(names))
        await session.close()
        await #expect(throws: ZooKeeperError.self) { try await session.node("/many") }
    }

    @Test("a server that hangs is noticed in time, and the session goes on when it does")
    func hangs() async throws {
        let server = try ZooKeeperServer.here().servers[0]
        let session = try await session()
        try await session.write([.create(path: "/hanging", value: "", .ephemeral)])
        try await server.current.stop()
        let error = await failure { () throws(ZooKeeperError) in try await session.node("/hanging") }
        #expect(error?.code == .timeout || error?.code == .connectionLoss)
        server.current.resume()
        // The server's clock stood still with it, so that the session is not over.
        try await eventually("it answers again") {
            await failure { () throws(ZooKeeperError) in try await session.node("/") } == nil
        }
        await session.close()
    }

    @Test("a session outlives the restart of its server, and its nodes with it")
    func restart() async throws {
        let servers = try ZooKeeperServer.here()
        let session = try await session()
        try await session.write([.create(path: "/restarted", value: "", .ephemeral)])
        servers.servers[0].current.end()
        let error = await failure { () throws(ZooKeeperError) in try await session.node("/restarted") }
        #expect(error != nil)
        try servers.servers[0].killAndRestart()
        try await servers.ready()
        try await eventually("it answers again") {
            await failure { () throws(ZooKeeperError) in try await session.node("/") } == nil
        }
        #expect(try await session.node("/restarted")?.owner == session.identifier)
        await session.close()
    }

    @Test("a session that ended is replaced, and its nodes are gone")
    func replaced() async throws {
        let connection = ZooKeeperConnection(try configuration())
        let first = try await connection.connected()
        try await first.write([.create(path: "/replaced", value: "", .ephemeral)])
        #expect(try await connection.connected() === first)
        await first.close()
        let second = try await connection.connected()
        #expect(second.identifier != first.identifier)
        #expect(try await second.node("/replaced") == nil)
        await connection.close()
    }

    @Test("nobody at the address is an error within the time limit, and hosts that make no sense at once")
    func nobody() async throws {
        var configuration = try configuration()
        configuration.hosts = ["127.0.0.1:1"]
        configuration.limit = .milliseconds(300)
        let absent = ZooKeeperConnection(configuration)
        let lost = await failure { () throws(ZooKeeperError) in try await absent.connected() }
        #expect(lost?.code == .connectionLoss)
        await absent.close()
        configuration.hosts = ["not a host"]
        let wrong = ZooKeeperConnection(configuration)
        #expect(await failure { () throws(ZooKeeperError) in try await wrong.connected() } != nil)
    }
}
