import MemcachedClient
import ServerFixtures
import Testing

@Suite("A client of memcached", .memcached, .serialized)
struct MemcachedClientTests {
    private func addresses() throws -> [MemcachedAddress] {
        try MemcachedServers.here().servers.map { MemcachedAddress(host: "127.0.0.1", port: $0.port) }
    }

    private func server() throws -> MemcachedServer {
        MemcachedServer(try addresses()[0])
    }

    private static func item(_ key: String, _ value: String, _ lifetime: Duration? = nil) -> MemcachedServer.Item {
        MemcachedServer.Item(key: key, value: value, lifetime: lifetime)
    }

    private func failure<Value: Sendable>(_ body: () async throws(MemcachedError) -> Value) async -> MemcachedError? {
        do throws(MemcachedError) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test("what is put under a key is found there, until it is removed")
    func values() async throws {
        let server = try server()
        let long = String(repeating: "é", count: 5_000)
        try await server.set([Self.item("a", "1"), Self.item("b", ""), Self.item("c", long)])
        #expect(try await server.values(of: ["a", "b", "c", "d"]) == ["a": "1", "b": "", "c": long])
        try await server.remove(["a", "d"])
        #expect(try await server.values(of: ["a"]) == [:])
        #expect(try await server.values(of: []) == [:])
    }

    @Test("thousands of values are put, changed and asked for at once")
    func many() async throws {
        let server = try server()
        let keys = (0..<12_000).map { "many-\($0)" }
        for round in 1...2 {
            try await server.set(keys.map { Self.item($0, "value \(round) of \($0)") })
            let values = try await server.values(of: keys.reversed())
            #expect(values.count == keys.count)
            #expect(keys.allSatisfy { values[$0] == "value \(round) of \($0)" })
        }
    }

    @Test("of two values for one key the later counts")
    func twice() async throws {
        let server = try server()
        try await server.set([Self.item("twice", "first"), Self.item("other", "x"), Self.item("twice", "second")])
        #expect(try await server.values(of: ["twice"]) == ["twice": "second"])
    }

    @Test("a value that the server does not take is an error, whatever it took before it, and the next call is fine")
    func tooLong() async throws {
        let server = try server()
        let items = [Self.item("before", "x"), Self.item("long", String(repeating: "x", count: 2_000_000))]
        #expect(await failure { () throws(MemcachedError) in try await server.set(items) }?.isLoss == false)
        try await server.set([Self.item("after", "y")])
        #expect(try await server.values(of: ["before", "long", "after"]) == ["before": "x", "after": "y"])
    }

    @Test("what one who puts values sees is there for another at once")
    func otherConnection() async throws {
        let (one, other) = (try server(), try server())
        for round in 1...50 {
            try await one.set((0..<100).map { Self.item("shared-\($0)", "\(round)") })
            let values = try await other.values(of: (0..<100).map { "shared-\($0)" })
            #expect(values.values.allSatisfy { $0 == "\(round)" } && values.count == 100)
        }
    }

    @Test("a value is gone when its time is over")
    func expiry() async throws {
        let server = try server()
        try await server.set([Self.item("short", "x", .seconds(1)), Self.item("long", "x", .seconds(100_000_000))])
        // The server's clock ticks once a second: a life of one second may be over at once.
        try await eventually("the value is gone") { try await server.values(of: ["short"]).isEmpty }
        // More than 30 days would be taken for a date long past.
        #expect(try await server.values(of: ["long"]).count == 1)
    }

    @Test("a key that cannot be one is refused, and the next call is fine", arguments: ["a b", "a\n", ""])
    func badKeys(key: String) async throws {
        let server = try server()
        #expect(await failure { () throws(MemcachedError) in try await server.set([Self.item(key, "x")]) } != nil)
        #expect(await failure { () throws(MemcachedError) in try await server.values(of: [key]) }?.isLoss == false)
        try await server.set([Self.item("fine", "x")])
    }

    @Test("what a server counts can be asked for")
    func statistics() async throws {
        let statistics = try await server().statistics()
        #expect(statistics["evictions"].flatMap { Int($0) } != nil && statistics["uptime"] != nil)
    }

    @Test("a server that was killed is an error, and found again when it is back, empty")
    func killed() async throws {
        let process = try MemcachedServers.here().servers[0]
        let server = try server()
        try await server.set([Self.item("kept", "x")])
        process.current.end()
        #expect(await failure { () throws(MemcachedError) in try await server.values(of: ["kept"]) } != nil)
        #expect(await failure { () throws(MemcachedError) in try await server.set([Self.item("k", "x")]) } != nil)
        try await process.killAndRestart()
        #expect(try await server.values(of: ["kept"]) == [:])
    }

    @Test("a server that stands still is an error after the limit, and goes on when it does")
    func stopped() async throws {
        let process = try MemcachedServers.here().servers[1].current
        let server = MemcachedServer(try addresses()[1], limit: .milliseconds(200))
        try await server.set([Self.item("k", "x")])
        try await process.stop()
        #expect(await failure { () throws(MemcachedError) in try await server.values(of: ["k"]) } != nil)
        process.resume()
        #expect(try await server.values(of: ["k"]) == ["k": "x"])
    }

    @Test("a server that somebody tends to is found again when it goes on, and meanwhile fails at once")
    func tended() async throws {
        let process = try MemcachedServers.here().servers[1].current
        let server = MemcachedServer(try addresses()[1], limit: .milliseconds(200))
        try await server.set([Self.item("k", "x")])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.tend() }
            defer { group.cancelAll() }
            try await process.stop()
            let first = await failure { () throws(MemcachedError) in try await server.values(of: ["k"]) }
            #expect(first?.isLoss == true)
            // Each of them would take the limit.
            for _ in 0..<100 {
                #expect(await failure { () throws(MemcachedError) in try await server.values(of: ["k"]) } == first)
            }
            process.resume()
            try await eventually("the server answers again") { (try? await server.values(of: ["k"])) == ["k": "x"] }
        }
    }

    @Test("each key has one server, about as many each, and keeps it whoever asks")
    func ring() throws {
        let addresses = try addresses()
        let rings = try [MemcachedRing(addresses), MemcachedRing(addresses)]
        let keys = (0..<2_000).map { "rollcall:1:host-\($0):nova-compute:" }
        let homes = keys.map { rings[0].server(of: $0) }
        #expect(homes == keys.map { rings[1].server(of: $0) })
        let share = homes.count { $0 == 0 }
        #expect((400...1_600).contains(share), "\(share) of 2,000 on the first")
        #expect(try MemcachedRing([addresses[0]]).server(of: "k") == 0)
    }
}
