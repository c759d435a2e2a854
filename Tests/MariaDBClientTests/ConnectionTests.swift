import MariaDBClient
import ServerFixtures
import Testing

@Suite("Connections", .mariaDB, .serialized)
struct ConnectionTests {
    private static func ask(_ pool: MariaDBPool) async throws -> [Int64?] {
        try await pool.run { try $0.rows("SELECT 1", []) { try $0.integer(0) } }
    }

    @Test("no more connections are opened than are allowed, and everybody gets a turn")
    func bounded() async throws {
        let pool = try await makePool(size: 3)
        let seen = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<60 {
                group.addTask {
                    try await pool.run { try $0.rows("SELECT connection_id()", []) { try $0.integer(0) ?? 0 } }[0]
                }
            }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect((1...3).contains(seen.count), "\(seen)")
        await pool.close()
    }

    @Test("over TCP, with a password")
    func tcp() async throws {
        let server = try MariaDBServer.here()
        let port = server.port
        try await server.execute("CREATE OR REPLACE USER 'tester'@'127.0.0.1' IDENTIFIED BY 'secret'")
        try await server.execute("GRANT ALL ON *.* TO 'tester'@'127.0.0.1'")
        let pool = try await makePool {
            $0.address = .tcp(host: "127.0.0.1", port: port)
            $0.user = "tester"
            $0.password = "secret"
        }
        #expect(try await Self.ask(pool) == [1])
        await pool.close()
        let stranger = try await makePool {
            $0.address = .tcp(host: "127.0.0.1", port: port)
            $0.user = "tester"
            $0.password = "wrong"
        }
        let refused = await failure { try await Self.ask(stranger) }
        #expect(refused?.isRefused == true, "\(refused.map(String.init(describing:)) ?? "it was let in")")
        await stranger.close()
    }

    private static func cipher(_ pool: MariaDBPool) async throws -> String? {
        try await pool.run { try $0.rows("SHOW STATUS LIKE 'Ssl_cipher'", []) { try $0.text(1) } }.first ?? nil
    }

    @Test("encrypted, when the server's certificate is of the authority that is trusted, and not otherwise")
    func encrypted() async throws {
        let server = try MariaDBServer.here()
        try await server.execute(
            "CREATE OR REPLACE USER crypt@'127.0.0.1' REQUIRE SSL; GRANT ALL ON *.* TO crypt@'127.0.0.1'"
        )
        func pool(_ tls: MariaDBConfiguration.TLS?) async throws -> MariaDBPool {
            let port = server.port
            return try await makePool(size: 1) {
                $0.address = .tcp(host: "127.0.0.1", port: port)
                $0.user = "crypt"
                $0.tls = tls
            }
        }
        let authority = server.certificates.authority
        let trusting = try await pool(.init(authorities: authority))
        #expect(try await Self.cipher(trusting)?.isEmpty == false)
        let careless = try await pool(.init(verifiesServer: false))
        #expect(try await Self.cipher(careless)?.isEmpty == false)
        let distrusting = try await pool(.init())
        let untrusted = await failure { try await Self.ask(distrusting) }
        #expect(untrusted?.isConnectionLost == true, "\(untrusted.map(String.init(describing:)) ?? "trusted")")
        let open = try await pool(nil)
        let refused = await failure { try await Self.ask(open) }
        #expect(refused?.isRefused == true, "\(refused.map(String.init(describing:)) ?? "let in")")
        for pool in [trusting, careless, distrusting, open] { await pool.close() }
    }

    @Test("a certificate of our own is shown to a server that asks for one")
    func clientCertificate() async throws {
        let server = try MariaDBServer.here()
        let (port, certificates) = (server.port, server.certificates)
        try await server.execute(
            "CREATE OR REPLACE USER shown@'127.0.0.1' REQUIRE X509; GRANT ALL ON *.* TO shown@'127.0.0.1'"
        )
        for isShown in [true, false] {
            let pool = try await makePool(size: 1) {
                $0.address = .tcp(host: "127.0.0.1", port: port)
                $0.user = "shown"
                $0.tls = .init(
                    authorities: certificates.authority,
                    certificate: isShown ? certificates.client : nil,
                    key: isShown ? certificates.clientKey : nil
                )
            }
            let error = await failure { try await Self.ask(pool) }
            #expect(isShown ? error == nil : error?.isRefused == true, "\(error.map(String.init(describing:)) ?? "")")
            await pool.close()
        }
    }

    @Test("nobody there is an error at once, and again until it is time to try")
    func nobodyThere() async throws {
        let port = freePort()
        let pool = try await makePool { $0.address = .tcp(host: "127.0.0.1", port: port) }
        for _ in 0..<20 {
            let error = await failure { try await Self.ask(pool) }
            #expect(error?.isConnectionLost == true)
        }
        await pool.close()
        let closed = await failure { try await Self.ask(pool) }
        #expect(closed?.message == "the connections are closed")
    }

    @Test("what was prepared once is prepared again after the server was killed")
    func killed() async throws {
        let server = try MariaDBServer.here()
        let pool = try await makePool(size: 1)
        #expect(try await Self.ask(pool) == [1])
        try await server.killAndRestart()
        let lost = await failure { try await Self.ask(pool) }
        #expect(lost?.isConnectionLost == true)
        try await eventually("the pool has connected again") { try? await Self.ask(pool) == [1] ? true : nil }
        await pool.close()
    }

    @Test("a call that is cancelled ends, and so does its connection")
    func cancelled() async throws {
        let pool = try await makePool(size: 1)
        _ = try await Self.ask(pool)
        let call = Task { try await pool.run { try $0.rows("SELECT sleep(600)", []) { try $0.integer(0) } } }
        let watcher = try await makePool(size: 1)
        try await eventually("the server sleeps") {
            let count = try await watcher.run { session in
                try session.rows(
                    "SELECT count(*) FROM information_schema.processlist WHERE info = 'SELECT sleep(600)'",
                    []
                ) { try $0.integer(0) ?? 0 }
            }
            return count == [1] ? true : nil
        }
        call.cancel()
        let result = await call.result
        #expect(throws: MariaDBError.self) { try result.get() }
        #expect(try await Self.ask(pool) == [1])
        await pool.close()
        await watcher.close()
    }

    @Test("a server that stands still is given up after the limit of a call")
    func stopped() async throws {
        let server = try MariaDBServer.here()
        let pool = try await makePool(size: 1) { $0.callLimit = .seconds(1) }
        _ = try await Self.ask(pool)
        try await server.current.stop()
        let lost = await failure { try await Self.ask(pool) }
        #expect(lost?.isConnectionLost == true)
        server.current.resume()
        try await eventually("the pool has connected again") { try? await Self.ask(pool) == [1] ? true : nil }
        await pool.close()
    }
}
