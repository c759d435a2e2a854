import MariaDBClient
import ServerFixtures
import Testing

@Suite("Statements", .mariaDB)
struct StatementTests {
    private static let texts = ["", "plain", "é 😀 \u{0}", String(repeating: "x", count: 70_000), "'; DROP TABLE t; --"]

    @Test("what is stored comes back as it was")
    func roundTrip() async throws {
        let pool = try await makePool()
        let texts = Self.texts
        let rows = try await pool.run { session in
            try session.command(
                "CREATE TABLE t (id BIGINT PRIMARY KEY, number BIGINT, text MEDIUMTEXT) CHARSET utf8mb4"
            )
            for (index, text) in texts.enumerated() {
                let number = [Int64.min, -1, 0, 1, Int64.max][index]
                try session.execute(
                    "INSERT INTO t VALUES (?, ?, ?)",
                    [.integer(Int64(index)), .integer(number), .text(text)]
                )
            }
            try session.execute("INSERT INTO t VALUES (?, ?, ?)", [.integer(9), .null, .null])
            return try session.rows("SELECT number, text FROM t ORDER BY id", []) { row in
                (try row.integer(0), try row.text(1))
            }
        }
        #expect(rows.map(\.0) == [Int64.min, -1, 0, 1, Int64.max, nil])
        #expect(rows.map(\.1) == Self.texts + [nil])
        await pool.close()
    }

    @Test("integers and texts are read as either")
    func conversions() async throws {
        let pool = try await makePool()
        let row = try await pool.run { session in
            try session.rows("SELECT 7, '12', 1.5, unix_timestamp(now(6)) > 0", []) { row in
                let isFractionRefused = (try? row.integer(2)) == nil
                return (try row.text(0), try row.integer(1), try row.text(2), isFractionRefused, try row.integer(3))
            }
        }
        #expect(row.first?.0 == "7" && row.first?.1 == 12 && row.first?.2 == "1.5" && row.first?.4 == 1)
        #expect(row.first?.3 == true)
        await pool.close()
    }

    @Test("rows met are counted, also those left as they were; inserted rows tell their id")
    func counts() async throws {
        let pool = try await makePool()
        let outcome = try await pool.run { session in
            try session.command("CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, n INT)")
            try session.execute("INSERT INTO t (n) VALUES (?)", [.integer(1)])
            let first = session.lastInsertedID
            try session.execute("INSERT INTO t (n) VALUES (?)", [.integer(1)])
            let second = session.lastInsertedID
            let same = try session.execute("UPDATE t SET n = ?", [.integer(1)])
            return [
                Int64(same), first, second, Int64(try session.execute("DELETE FROM t WHERE id > ?", [.integer(9)])),
            ]
        }
        #expect(outcome == [2, 1, 2, 0])
        await pool.close()
    }

    @Test("what is wrong is an error that says so, and the connection goes on")
    func errors() async throws {
        let pool = try await makePool(size: 1)
        try await pool.run { try $0.command("CREATE TABLE t (id INT PRIMARY KEY)") }
        _ = try await pool.run { try $0.execute("INSERT INTO t VALUES (?)", [.integer(1)]) }
        let twice = await failure { try await pool.run { try $0.execute("INSERT INTO t VALUES (?)", [.integer(1)]) } }
        #expect(twice?.isDuplicateKey == true)
        let missing = await failure { try await pool.run { try $0.execute("INSERT INTO nowhere VALUES (1)", []) } }
        #expect(missing?.isMissingTable == true)
        let grammar = await failure { try await pool.run { try $0.command("SELEKT") } }
        #expect(grammar?.number == 1064 && grammar?.isConnectionLost == false)
        let few = await failure { try await pool.run { try $0.execute("INSERT INTO t VALUES (?)", []) } }
        #expect(few?.message == "the statement takes 1 arguments and was given 0")
        let none = await failure { try await pool.run { try $0.rows("DELETE FROM t", []) { _ in } } }
        #expect(none != nil)
        let beyond = await failure {
            try await pool.run { try $0.rows("SELECT 1", []) { try $0.integer(1) } }
        }
        #expect(beyond?.message == "the row has no column 1")
        #expect(try await pool.run { try $0.rows("SELECT 5", []) { try $0.integer(0) } } == [5])
        await pool.close()
    }

    @Test("of two that wait in a circle one is told to try again")
    func deadlock() async throws {
        let pool = try await makePool(size: 3)
        try await pool.run { session in
            try session.command("CREATE TABLE t (id INT PRIMARY KEY, n INT) ENGINE = InnoDB")
            try session.command("INSERT INTO t VALUES (1, 0), (2, 0)")
        }
        let one = try await pool.lease()
        let other = try await pool.lease()
        for (lease, id) in [(one, 1), (other, 2)] {
            try await lease.run { session in
                try session.command("START TRANSACTION")
                try session.command("UPDATE t SET n = n + 1 WHERE id = \(id)")
            }
        }
        async let first = failure { try await one.run { try $0.command("UPDATE t SET n = n + 1 WHERE id = 2") } }
        async let second = failure { try await other.run { try $0.command("UPDATE t SET n = n + 1 WHERE id = 1") } }
        let failures = await [first, second].compactMap { $0 }
        #expect(failures.count == 1 && failures.first?.isDeadlock == true, "\(failures)")
        for lease in [one, other] { await lease.giveBack() }
        await pool.close()
    }
}
