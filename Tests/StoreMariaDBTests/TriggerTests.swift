import LivenessCore
import MariaDBClient
import ServerFixtures
import StoreSQL
import Testing

@testable import StoreMariaDB

/// Triggers in a step of the schema, with one that exists for these tests: topics move to a table of their own.
@Suite("Triggers of a migration", .mariaDB)
struct TriggerTests {
    private static let step = Migration(
        version: 3,
        expansion: """
            CREATE TABLE IF NOT EXISTS places (service_id BIGINT NOT NULL PRIMARY KEY, topic VARCHAR(255) NOT NULL);
            CREATE OR REPLACE TRIGGER places_inserted AFTER INSERT ON services FOR EACH ROW \
            REPLACE INTO places (service_id, topic) VALUES (NEW.id, NEW.topic);
            CREATE OR REPLACE TRIGGER places_updated AFTER UPDATE ON services FOR EACH ROW \
            REPLACE INTO places (service_id, topic) VALUES (NEW.id, NEW.topic);

            """,
        contraction: """
            SET STATEMENT lock_wait_timeout = 0 FOR DROP TRIGGER IF EXISTS places_inserted;
            SET STATEMENT lock_wait_timeout = 0 FOR DROP TRIGGER IF EXISTS places_updated;
            SET STATEMENT lock_wait_timeout = 0 FOR CREATE OR REPLACE TRIGGER topic_guard BEFORE UPDATE ON services \
            FOR EACH ROW IF NOT NEW.topic <=> OLD.topic THEN \
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'services.topic is retired'; END IF;

            """
    )
    private static let migrations = Migration.released + [step]
    private static let now = Timestamp(microseconds: 1_764_000_000_000_000)

    private func configuration() async throws -> MariaDBStore.Configuration {
        let server = try MariaDBServer.here()
        let configuration = MariaDBStore.Configuration(
            server: MariaDBConfiguration(
                address: .socket(server.socket),
                user: "root",
                database: try await server.makeDatabase()
            )
        )
        _ = try await MariaDBStore.expand(configuration)
        return configuration
    }

    private func topics(_ configuration: MariaDBStore.Configuration) async throws -> [String] {
        let pool = MariaDBPool(configuration.server, size: 1, label: "test")
        let topics = try await pool.run { session in
            try session.rows("SELECT topic FROM places ORDER BY service_id", []) { try $0.text(0) ?? "" }
        }
        await pool.close()
        return topics
    }

    private func run(_ sql: String, in configuration: MariaDBStore.Configuration) async throws {
        try await MariaDBServer.here().execute("USE \(configuration.server.database); \(sql)")
    }

    @Test("what the older release writes is copied as it writes it, and after the end its place takes nothing more")
    func sync() async throws {
        let configuration = try await configuration()
        var next = configuration
        next.release = 3
        let store = try await MariaDBStore(configuration)
        #expect(try await MariaDBStore.expand(next, migrations: Self.migrations) == 2)
        for host in ["h1", "h2"] {
            var draft = ServiceDraft(
                uuid: ServiceUUID(random: UInt64(host.utf8.last ?? 0), 1),
                name: ServiceName(host: host, binary: "b")
            )
            draft.topic = "z"
            _ = try await store.create(draft, at: Self.now)
        }
        #expect(try await topics(configuration) == ["z", "z"])
        try await run("UPDATE services SET topic = 'y' WHERE host = 'h2'", in: configuration)
        #expect(try await topics(configuration) == ["z", "y"])

        try await MariaDBStore.contract(next, Self.migrations, isForced: true, patience: .seconds(5))
        await #expect(throws: (any Error).self) {
            try await run("UPDATE services SET topic = 'x' WHERE host = 'h2'", in: configuration)
        }
        try await run("UPDATE services SET topic = 'y', zone = 't' WHERE host = 'h2'", in: configuration)
        #expect(try await topics(configuration) == ["z", "y"])
        await store.close()
    }

    /// A user with these rights on the database of the configuration, who then is the one in it.
    private func become(plainUserWith rights: String, _ configuration: inout MariaDBStore.Configuration) async throws {
        let database = configuration.server.database
        let user = "plain_\(database)"
        try await MariaDBServer.here().execute(
            "CREATE USER \(user)@localhost; GRANT \(rights) ON \(database).* TO \(user)@localhost"
        )
        configuration.server.user = user
    }

    @Test("who may not make triggers is told what to run, before anything is made")
    func rights() async throws {
        var configuration = try await configuration()
        configuration.release = 3
        try await become(
            plainUserWith: "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX",
            &configuration
        )
        let database = configuration.server.database
        try await isRefused(configuration, "GRANT TRIGGER ON `\(database)`.* TO 'plain_\(database)'@'localhost'")
    }

    @Test("on a server with a binary log that distrusts who makes triggers an administrator is told what to run")
    func binaryLog() async throws {
        try await MariaDBServer.provide(with: [:], options: ["--log-bin=binlog", "--server-id=1"]) {
            var configuration = try await configuration()
            configuration.release = 3
            try await become(plainUserWith: "ALL PRIVILEGES", &configuration)
            try await isRefused(configuration, "SET GLOBAL log_bin_trust_function_creators = 1")
        }
    }

    /// The expansion is refused with that advice, has made nothing, and goes through once the advice is taken.
    private func isRefused(_ configuration: MariaDBStore.Configuration, _ advice: String) async throws {
        let error = await #expect(throws: StoreError.self) {
            try await MariaDBStore.expand(configuration, migrations: Self.migrations)
        }
        #expect(error?.code == .schema && error?.message.contains(advice) == true, "\(String(describing: error))")
        await #expect(throws: MariaDBError.self) { try await topics(configuration) }
        try await MariaDBServer.here().execute(advice)
        #expect(try await MariaDBStore.expand(configuration, migrations: Self.migrations) == 2)
    }
}
