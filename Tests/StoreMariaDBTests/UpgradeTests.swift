import LivenessCore
import MariaDBClient
import ServerFixtures
import StoreSQL
import Synchronization
import Testing

@testable import StoreMariaDB

private final class Ending: Sendable {
    let isOver = Atomic(false)
}

/// From release 1 to release 2: heartbeats move from the record to a table of their own.
@Suite("Upgrading a MariaDB database", .mariaDB)
struct UpgradeTests {
    private static let now = Timestamp(microseconds: 1_764_000_000_000_000)
    /// As a daemon of release 1 flushes.
    private static let oldFlush = """
        UPDATE services SET report_count = report_count + 1, last_seen_up = last_seen_up + 1, last_sequence = 99, \
        never_heard = 0, last_daemon = 'old', last_flush = 7
        """

    private func daemon(_ id: String, release: Int32, seen: Timestamp) -> DaemonRecord {
        DaemonRecord(
            id: id,
            incarnation: "i",
            host: "h",
            release: release,
            schemaRange: 1...2,
            phaseSeen: "",
            flushCount: 0,
            settingsDigest: "",
            lastSeen: seen
        )
    }

    /// A database of release 1 with so many services, which release 1 alone has written.
    private func oldDatabase(services: Int) async throws -> MariaDBStore.Configuration {
        let server = try MariaDBServer.here()
        let configuration = MariaDBStore.Configuration(
            server: MariaDBConfiguration(
                address: .socket(server.socket),
                user: "root",
                database: try await server.makeDatabase()
            )
        )
        try await MariaDBFixture.makeRelease1(configuration)
        try await run(
            """
            INSERT INTO services (uuid, host, `binary`, topic, zone, created_at, state_since, last_seen_up, never_heard, \
            incarnation, incarnation_number, report_count) SELECT uuid(), concat('h', seq), 'b', 'b', 'z', 1, 1, \
            1000000 * seq, 0, 'a', 1, seq FROM seq_1_to_\(services)
            """,
            in: configuration
        )
        return configuration
    }

    private func run(_ sql: String, in configuration: MariaDBStore.Configuration) async throws {
        try await MariaDBServer.here().execute("USE \(configuration.server.database); \(sql)")
    }

    private func number(_ sql: String, in configuration: MariaDBStore.Configuration) async throws -> Int64 {
        let pool = MariaDBPool(configuration.server, size: 1, label: "test")
        defer { Task { await pool.close() } }
        return try await pool.run { try $0.rows(sql, []) { try $0.integer(0) ?? -1 } }.first ?? -1
    }

    /// How many rows of a table the server has read since it began to count.
    private func rowsRead(of table: String, in configuration: MariaDBStore.Configuration) async throws -> Int64 {
        try await run("SET GLOBAL userstat = 1", in: configuration)
        return try await number(
            """
            SELECT coalesce(sum(rows_read), 0) FROM information_schema.table_statistics \
            WHERE table_schema = database() AND table_name = '\(table)'
            """,
            in: configuration
        )
    }

    private func records(_ store: MariaDBStore) async throws -> [ServiceRecord] {
        let found = Mutex<[ServiceRecord]>([])
        _ = try await store.load(since: .init(microseconds: 0)) { page in
            let services = page.services
            found.withLock { $0 += services }
        }
        return found.withLock { $0 }
    }

    @Test("what release 1 wrote is found in each phase, and the check says which command is next")
    func phases() async throws {
        let configuration = try await oldDatabase(services: 250)
        #expect(try await MariaDBStore.condition(configuration).need == .expansion)
        #expect(try await MariaDBStore.expand(configuration) == 1)
        #expect(try await MariaDBStore.condition(configuration).need == .migration)
        let store = try await MariaDBStore(configuration)
        let before = try await records(store)
        #expect(before.count == 250 && before[9].reportCount == 10)

        let first = try await MariaDBStore.migrate(configuration, atMost: 100)
        #expect(first.moved == 100 && first.left == 150)
        await #expect(throws: StoreError.self) {
            try await MariaDBStore.contract(configuration, isForced: true, patience: .seconds(5))
        }
        let second = try await MariaDBStore.migrate(configuration, atMost: .max)
        #expect(second.moved == 150 && second.left == 0)
        #expect(try await MariaDBStore.condition(configuration).need == .contraction)
        #expect(try await records(store) == before)

        try await MariaDBStore.contract(configuration, isForced: false, patience: .seconds(5))
        #expect(try await MariaDBStore.condition(configuration).need == .nothing)
        #expect(try await records(store) == before)
        #expect(try await number("SELECT count(*) FROM services WHERE host = 'h1'", in: configuration) == 1)
        await #expect(throws: MariaDBError.self) {
            try await number("SELECT report_count FROM services", in: configuration)
        }
        await store.close()
    }

    @Test("records whose ids are far apart are all moved, and what others flushed is found among them in each phase")
    func farApart() async throws {
        let configuration = try await oldDatabase(services: 30)
        try await run("UPDATE services SET id = id * 7919 + 5 ORDER BY id DESC", in: configuration)
        try await run("UPDATE services SET id = 9223372036854775806 WHERE host = 'h30'", in: configuration)
        _ = try await MariaDBStore.expand(configuration)
        try await run(Self.oldFlush, in: configuration)
        let store = try await MariaDBStore(configuration)
        let seen = Timestamp(microseconds: 5)
        try await store.write(daemon("old", release: 2, seen: seen))
        try await run("UPDATE daemons SET flush_count = 7 WHERE id = 'old'", in: configuration)
        let ids = (1..<30).map { Int64($0 * 7919 + 5) } + [9_223_372_036_854_775_806]
        #expect(try await store.observe(after: ["old": 6], as: "new").changed.map(\.id) == ids)

        let first = try await MariaDBStore.migrate(configuration, atMost: 11)
        #expect(first.moved == 11 && first.left == 19)
        let second = try await MariaDBStore.migrate(configuration, atMost: .max)
        #expect(second.moved == 19 && second.left == 0)
        try await run(
            "UPDATE services SET last_seen_up = 77 WHERE id IN (\(ids[3]), \(ids[29]))",
            in: configuration
        )
        try await MariaDBStore.contract(configuration, isForced: true, patience: .seconds(5))
        #expect(try await store.observe(after: ["old": 6], as: "new").changed.map(\.id) == ids)
        #expect(
            try await number("SELECT count(*) FROM service_heartbeats WHERE last_seen_up = 77", in: configuration) == 2
        )
        await store.close()
    }

    @Test("an observation reads the wide records of those alone who were heard")
    func narrow() async throws {
        let configuration = try await oldDatabase(services: 2_000)
        _ = try await MariaDBStore.expand(configuration)
        try await run(Self.oldFlush + " WHERE id > 1990", in: configuration)
        _ = try await MariaDBStore.migrate(configuration, atMost: .max)
        try await MariaDBStore.contract(configuration, isForced: true, patience: .seconds(5))
        let store = try await MariaDBStore(configuration)
        try await store.write(daemon("old", release: 2, seen: Timestamp(microseconds: 5)))
        try await run("UPDATE daemons SET flush_count = 7 WHERE id = 'old'", in: configuration)
        let before = try await rowsRead(of: "services", in: configuration)
        #expect(try await store.observe(after: ["old": 6], as: "new").changed.count == 10)
        let after = try await rowsRead(of: "services", in: configuration)
        #expect(after > before && after - before < 50)
        await store.close()
    }

    @Test("a flush finds its rows by their keys, also where the table is small", arguments: [SchemaPhase.both, .new])
    func smallTable(phase: SchemaPhase) async throws {
        let configuration = try await oldDatabase(services: 3)
        _ = try await MariaDBStore.expand(configuration)
        _ = try await MariaDBStore.migrate(configuration, atMost: .max)
        if phase == .new { try await MariaDBStore.contract(configuration, isForced: true, patience: .seconds(5)) }
        try await run("ANALYZE TABLE services, service_heartbeats", in: configuration)
        let store = try await MariaDBStore(configuration)
        let plan = try await store.reading { session in
            try session.rows(
                "EXPLAIN " + MariaDBStore.renewal[session.dialect],
                [.text("[[1,1,1,1,1]]"), .text("d"), .integer(1)]
            ) {
                "\(try $0.text(2) ?? "") \(try $0.text(3) ?? "")"
            }
        }
        #expect(plan == ["beat ALL", "r eq_ref"])
        await store.close()
    }

    @Test("what release 1 writes after the move is there after the contraction")
    func behind() async throws {
        let configuration = try await oldDatabase(services: 30)
        _ = try await MariaDBStore.expand(configuration)
        _ = try await MariaDBStore.migrate(configuration, atMost: .max)
        try await run(Self.oldFlush, in: configuration)
        try await run(
            """
            UPDATE services SET left_at = 5 WHERE id = 3; \
            UPDATE services SET incarnation = 'b', incarnation_number = 2, last_sequence = 1 WHERE id = 4; \
            INSERT INTO services (uuid, host, `binary`, topic, zone, created_at, state_since, incarnation_number) \
            VALUES (uuid(), 'late', 'b', 'b', 'z', 1, 1, 1)
            """,
            in: configuration
        )
        let store = try await MariaDBStore(configuration)
        let before = try await records(store)
        #expect(before.count == 31 && before[0].lastSequence == 99)
        // The one that release 1 has made since is to be moved as well.
        #expect(try await MariaDBStore.migrate(configuration, atMost: .max).moved == 1)
        try await MariaDBStore.contract(configuration, isForced: false, patience: .seconds(5))
        #expect(try await records(store) == before)
        let accepting = "SELECT count(*) FROM service_heartbeats WHERE number IS NULL"
        #expect(try await number(accepting, in: configuration) == 1)
        await store.close()
    }

    @Test("a daemon of release 1 that counts holds the contraction back; its fence stops it when that is forced")
    func oldDaemon() async throws {
        let configuration = try await oldDatabase(services: 3)
        _ = try await MariaDBStore.expand(configuration)
        _ = try await MariaDBStore.migrate(configuration, atMost: .max)
        var old = configuration
        old.release = 1
        let oldStore = try await MariaDBStore(old, migrations: Array(Migration.released.prefix(1)))
        let seen = try await number("SELECT CAST(unix_timestamp(now(6)) * 1000000 AS SIGNED)", in: configuration)
        try await oldStore.write(daemon("old", release: 1, seen: Timestamp(microseconds: seen)))
        let condition = try await MariaDBStore.condition(configuration)
        #expect(condition.need == .nothing && condition.words.contains("daemon old of release 1"))
        let refused = await #expect(throws: StoreError.self) {
            try await MariaDBStore.contract(configuration, isForced: false, patience: .seconds(5))
        }
        #expect(refused?.message.contains("daemon old of release 1") == true)
        #expect(try await number("SELECT min_release FROM schema_state", in: configuration) == 1)

        try await MariaDBStore.contract(configuration, isForced: true, patience: .seconds(5))
        let fenced = await #expect(throws: StoreError.self) {
            try await oldStore.write(daemon("old", release: 1, seen: Self.now))
        }
        #expect(fenced?.code == .fenced)
        #expect(fenced?.message.contains("release 1") == true && fenced?.message.contains("needs 2") == true)
        await oldStore.close()
    }

    @Test("the contraction waits for a daemon of release 2 that has not written in the new phase, and names it")
    func unseenPhase() async throws {
        let configuration = try await oldDatabase(services: 3)
        _ = try await MariaDBStore.expand(configuration)
        _ = try await MariaDBStore.migrate(configuration, atMost: .max)
        let store = try await MariaDBStore(configuration)
        let seen = Timestamp(
            microseconds: try await number("SELECT CAST(unix_timestamp(now(6)) * 1000000 AS SIGNED)", in: configuration)
        )
        try await store.write(daemon("slow", release: 2, seen: seen))
        let late = await #expect(throws: StoreError.self) {
            try await MariaDBStore.contract(configuration, isForced: false, patience: .zero)
        }
        #expect(late?.message.contains("daemon slow of release 2") == true)
        // Fenced and in the new phase it is already; the old columns still stand.
        #expect(try await number("SELECT report_count FROM services WHERE id = 2", in: configuration) == 2)
        #expect(try await MariaDBStore.condition(configuration).need == .contraction)
        let flush = HeartbeatFlush(daemon: "slow", count: 1, at: seen, renewals: [], workers: [])
        _ = try await store.flush(flush)
        try await MariaDBStore.contract(configuration, isForced: false, patience: .zero)
        #expect(try await MariaDBStore.condition(configuration).need == .nothing)
        await store.close()
    }

    @Test("an expansion waits for a reader of the log, and nobody queues behind it")
    func expansionInTheWay() async throws {
        let configuration = try await oldDatabase(services: 3)
        let pool = MariaDBPool(configuration.server, size: 1, label: "reader")
        let reader = try await pool.lease()
        try await reader.run { session in
            try session.command("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            _ = try session.rows("SELECT revision FROM transitions", []) { _ in }
        }
        let expansion = Task { try await MariaDBStore.expand(configuration) }
        // The table is the step before the one that has to wait.
        let waits =
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND table_name = 'arrivals'"
        try await eventually("the expansion waits") { try await number(waits, in: configuration) == 1 ? true : nil }
        // All the while the log can be written: a statement that waited for the reader would keep these waiting.
        for revision in 1...100 {
            try await run(
                "SET STATEMENT lock_wait_timeout = 1 FOR DELETE FROM transitions WHERE revision = \(revision)",
                in: configuration
            )
        }
        try await reader.run { try $0.command("COMMIT") }
        await reader.giveBack()
        await pool.close()
        #expect(try await expansion.value == 1)
        #expect(try await MariaDBStore.condition(configuration).need == .migration)
    }

    @Test("a reader in the way of a statement is named, and nobody queues behind it")
    func inTheWay() async throws {
        let configuration = try await oldDatabase(services: 3)
        _ = try await MariaDBStore.expand(configuration)
        _ = try await MariaDBStore.migrate(configuration, atMost: .max)
        let pool = MariaDBPool(configuration.server, size: 1, label: "reader")
        let reader = try await pool.lease()
        try await reader.run { session in
            try session.command("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            _ = try session.rows("SELECT id FROM services", []) { _ in }
        }
        let error = await #expect(throws: StoreError.self) {
            try await MariaDBStore.contract(configuration, isForced: false, patience: .zero)
        }
        #expect(error?.message.contains("others are in the way; connection") == true)
        try await reader.run { try $0.command("COMMIT") }
        await reader.giveBack()
        await pool.close()
        try await MariaDBStore.contract(configuration, isForced: false, patience: .seconds(5))
        #expect(try await MariaDBStore.condition(configuration).need == .nothing)
    }

    @Test(
        "a contraction that was killed is gone on with, wherever it was",
        arguments: [
            "UPDATE schema_state SET min_release = 2",
            "UPDATE schema_state SET min_release = 2, phase = 'new'",
            "UPDATE schema_state SET min_release = 2, phase = 'new'; ALTER TABLE services DROP COLUMN report_count",
            """
            UPDATE schema_state SET min_release = 2, phase = 'new'; ALTER TABLE services DROP COLUMN report_count, \
            DROP COLUMN last_seen_up, DROP COLUMN last_sequence, DROP COLUMN never_heard, DROP COLUMN last_daemon, \
            DROP COLUMN last_flush
            """,
        ]
    )
    func killed(soFar: String) async throws {
        let configuration = try await oldDatabase(services: 5)
        _ = try await MariaDBStore.expand(configuration)
        _ = try await MariaDBStore.migrate(configuration, atMost: .max)
        try await run(soFar, in: configuration)
        #expect(try await MariaDBStore.condition(configuration).need == .contraction)
        try await MariaDBStore.contract(configuration, isForced: false, patience: .seconds(5))
        #expect(try await MariaDBStore.condition(configuration).need == .nothing)
        // Once more is nothing more.
        try await MariaDBStore.contract(configuration, isForced: false, patience: .zero)
        let store = try await MariaDBStore(configuration)
        #expect(try await records(store).map(\.reportCount) == [1, 2, 3, 4, 5])
        await store.close()
    }

    @Test("a move keeps only the records that it copies")
    func sparse() async throws {
        let configuration = try await oldDatabase(services: 50)
        _ = try await MariaDBStore.expand(configuration)
        _ = try await MariaDBStore.migrate(configuration, atMost: .max)
        try await run("DELETE FROM service_heartbeats WHERE service_id IN (1, 25, 50)", in: configuration)
        let pool = MariaDBPool(configuration.server, size: 1, label: "holder")
        let holder = try await pool.lease()
        try await holder.run { session in
            try session.command("START TRANSACTION")
            try session.command("UPDATE services SET topic = 'held' WHERE id = 30")
        }
        #expect(try await MariaDBStore.migrate(configuration, atMost: .max) == MoveResult(moved: 3, left: 0))
        try await holder.run { try $0.command("ROLLBACK") }
        await holder.giveBack()
        await pool.close()
    }

    @Test("a record that release 1 made before it was fenced is copied by the contraction that goes on")
    func missingBehindTheFence() async throws {
        let configuration = try await oldDatabase(services: 5)
        _ = try await MariaDBStore.expand(configuration)
        _ = try await MariaDBStore.migrate(configuration, atMost: .max)
        try await run(
            "DELETE FROM service_heartbeats WHERE service_id = 4; UPDATE schema_state SET min_release = 2",
            in: configuration
        )
        try await MariaDBStore.contract(configuration, isForced: false, patience: .seconds(5))
        let store = try await MariaDBStore(configuration)
        #expect(try await records(store).map(\.reportCount) == [1, 2, 3, 4, 5])
        await store.close()
    }

    @Test("commands of a release whose schema is not the newest change nothing")
    func newerSchema() async throws {
        let configuration = try await oldDatabase(services: 2)
        _ = try await MariaDBStore.expand(configuration)
        try await run("UPDATE schema_state SET schema_version = 9", in: configuration)
        #expect(try await MariaDBStore.migrate(configuration, atMost: .max) == MoveResult(moved: 0, left: 0))
        let error = await #expect(throws: StoreError.self) {
            try await MariaDBStore.contract(configuration, isForced: true, patience: .zero)
        }
        #expect(error?.code == .schema)
        #expect(try await number("SELECT min_release FROM schema_state WHERE phase = 'both'", in: configuration) == 1)
    }

    @Test("nothing is lost while two stores flush through all phases")
    func underLoad() async throws {
        let configuration = try await oldDatabase(services: 40)
        _ = try await MariaDBStore.expand(configuration)
        let one = try await MariaDBStore(configuration)
        let two = try await MariaDBStore(configuration)
        let seen = Timestamp(
            microseconds: try await number("SELECT CAST(unix_timestamp(now(6)) * 1000000 AS SIGNED)", in: configuration)
        )
        for (store, id) in [(one, "d1"), (two, "d2")] { try await store.write(daemon(id, release: 2, seen: seen)) }
        let ending = Ending()
        let flushes = try await withThrowingTaskGroup(of: Int64.self) { group in
            for (store, id) in [(one, "d1"), (two, "d2")] {
                group.addTask {
                    var count: Int64 = 0
                    while !ending.isOver.load(ordering: .relaxed) || count < 3 {
                        count += 1
                        let renewals = (1...40).map { id in
                            HeartbeatRenewal(
                                serviceID: Int64(id),
                                service: 0,
                                incarnationNumber: 1,
                                lastSeenUp: seen,
                                beats: 1,
                                sequence: UInt64(count)
                            )
                        }
                        let result = try await store.flush(
                            HeartbeatFlush(daemon: id, count: count, at: seen, renewals: renewals, workers: [])
                        )
                        guard result.news.isEmpty, result.missing.isEmpty else { throw MariaDBError("\(result)") }
                        _ = try await store.observe(after: [:], as: id)
                    }
                    return count
                }
            }
            group.addTask {
                defer { ending.isOver.store(true, ordering: .relaxed) }
                _ = try await MariaDBStore.migrate(configuration, atMost: .max)
                try await MariaDBStore.contract(configuration, isForced: false, patience: .seconds(20))
                return 0
            }
            return try await group.reduce(0, +)
        }
        let counted = try await records(one).map(\.reportCount)
        #expect(counted == (1...40).map { Int64($0) + flushes })
        for store in [one, two] { await store.close() }
    }
}
