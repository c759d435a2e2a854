import LivenessCore
import MariaDBClient
import ServerFixtures
import StoreSQL
import Testing

@testable import StoreMariaDB

@Suite("Opening a MariaDB database", .mariaDB)
struct OpeningTests {
    private func configuration() async throws -> MariaDBStore.Configuration {
        let server = try MariaDBServer.here()
        return MariaDBStore.Configuration(
            server: MariaDBConfiguration(
                address: .socket(server.socket),
                user: "root",
                database: try await server.makeDatabase()
            )
        )
    }

    @Test("an empty database is refused with the command that fills it")
    func empty() async throws {
        let configuration = try await configuration()
        let error = await #expect(throws: StoreError.self) { try await MariaDBStore(configuration) }
        #expect(error?.code == .schema && error?.message.contains("rollcalld db expand") == true)
    }

    @Test("expanding twice, or four times at once, is expanding once")
    func twice() async throws {
        let configuration = try await configuration()
        let before = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<4 { group.addTask { try await MariaDBStore.expand(configuration) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(before.sorted() == [0, 2, 2, 2])
        let store = try await MariaDBStore(configuration)
        #expect(try await store.daemons().isEmpty)
        await store.close()
    }

    @Test("what the database needs is said, and nothing is changed")
    func condition() async throws {
        let configuration = try await configuration()
        let server = try MariaDBServer.here()
        let database = configuration.server.database
        #expect(try await MariaDBStore.condition(configuration) == .empty)
        #expect(try await MariaDBStore.condition(configuration) == .empty)
        let half = Migration.statements(Migration.released[0].expansion).prefix(4).joined(separator: ";\n")
        try await server.execute("USE \(database); \(half)")
        #expect(try await MariaDBStore.condition(configuration) == .empty)
        _ = try await MariaDBStore.expand(configuration)
        #expect(try await MariaDBStore.condition(configuration).need == .nothing)
        try await server.execute("USE \(database); UPDATE schema_state SET schema_version = 0")
        #expect(try await MariaDBStore.condition(configuration).need == .expansion)
        try await server.execute("USE \(database); UPDATE schema_state SET schema_version = 9, min_release = 3")
        let fenced = try await MariaDBStore.condition(configuration)
        #expect(fenced.need == .broken && fenced.words.contains("least release 3"))
        try await server.execute("USE \(database); DROP TABLE schema_state; CREATE TABLE theirs (id INT)")
        #expect(try await MariaDBStore.condition(configuration) == .foreign)
    }

    @Test("an expansion that was killed in the middle is begun anew")
    func resumed() async throws {
        let configuration = try await configuration()
        let server = try MariaDBServer.here()
        let half = Migration.statements(Migration.released[0].expansion).prefix(4).joined(separator: ";\n")
        try await server.execute("USE \(configuration.server.database); \(half)")
        await #expect(throws: StoreError.self) { try await MariaDBStore(configuration) }
        #expect(try await MariaDBStore.expand(configuration) == 0)
        let store = try await MariaDBStore(configuration)
        await store.close()
    }

    @Test("a database of somebody else's is not touched")
    func foreign() async throws {
        let configuration = try await configuration()
        let server = try MariaDBServer.here()
        try await server.execute("USE \(configuration.server.database); CREATE TABLE theirs (id INT)")
        let error = await #expect(throws: StoreError.self) { try await MariaDBStore.expand(configuration) }
        #expect(error?.code == .schema && error?.message.contains("refusing") == true)
    }

    @Test("an older release is fenced out at the door")
    func fenced() async throws {
        let configuration = try await configuration()
        _ = try await MariaDBStore.expand(configuration)
        let server = try MariaDBServer.here()
        try await server.execute("USE \(configuration.server.database); UPDATE schema_state SET min_release = 3")
        let error = await #expect(throws: StoreError.self) { try await MariaDBStore(configuration) }
        #expect(error?.code == .fenced)
    }

    @Test("a daemon needs no more rights than the example grants it, nor does who makes the tables")
    func rights() async throws {
        var configuration = try await configuration()
        let server = try MariaDBServer.here()
        let database = configuration.server.database
        let plain = "SELECT, INSERT, UPDATE, DELETE"
        for (user, rights) in [("daemon_\(database)", plain), ("admin_\(database)", plain + ", CREATE, ALTER, INDEX")] {
            try await server.execute(
                "CREATE USER \(user)@localhost; GRANT \(rights) ON \(database).* TO \(user)@localhost"
            )
        }
        configuration.server.user = "admin_\(database)"
        #expect(try await MariaDBStore.expand(configuration) == 0)
        configuration.server.user = "daemon_\(database)"
        configuration.daemon = "d1"
        let store = try await MariaDBStore(configuration)
        let now = Timestamp(microseconds: 1_700_000_000_000_000)
        let name = ServiceName(host: "h", binary: "b")
        let uuid = ServiceUUID(random: 1, 2)
        _ = try await store.admit([Admission(name: name, worker: "", uuid: uuid, daemon: "d")], at: now)
        #expect(try await store.delete(uuid, by: nil, at: now) != nil)
        let limits = RetentionLimits(transitionsBefore: now + .seconds(9), perService: 1, forgotten: now + .seconds(9))
        #expect(try await store.prune(limits, limit: 10) == 3)
        await store.close()
    }

    @Test("an error names the place and never the password")
    func secrets() async throws {
        var configuration = try await configuration()
        configuration.server.user = "nobody"
        configuration.server.password = "hunter2"
        let error = await #expect(throws: StoreError.self) { try await MariaDBStore(configuration) }
        #expect(error?.code == .unavailable)
        #expect(error?.description.contains("hunter2") == false)
        #expect(error?.message.contains(configuration.server.database) == true)
    }
}
