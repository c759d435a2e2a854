import NIOCore
import Testing

@testable import RollcallServer

@Suite("The limit of connections")
struct ConnectionLimitTests {
    private static let heartbeat =
        "PUT /v1/services/h/b/heartbeat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"

    /// Sends a heartbeat and answers whether it was accepted; false when the connection is closed instead.
    private func beats(_ connection: RawConnection) async throws -> Bool {
        try await blocking {
            connection.send(Self.heartbeat)
            return connection.receive(until: "}").hasPrefix("HTTP/1.1 200")
        }
    }

    private func isClosed(_ connection: RawConnection) async throws -> Bool {
        try await blocking { connection.receiveToEnd() == "" }
    }

    private func evictions(_ server: TestServer) -> Double? {
        server.metric("rollcall_http_connections_evicted_total")
    }

    @Test("connections that ask nothing make room for a new one, whose heartbeat is answered")
    func silent() async throws {
        try await TestServer.run { setup in
            setup.mostConnections = 4
            setup.limits.youth = .zero
        } _: { server in
            var silent: [RawConnection] = []
            for _ in 0..<12 { silent.append(try await server.connect()) }
            #expect(try await server.becomes { evictions(server) == 8 })
            let newcomer = try await server.connect()
            #expect(try await beats(newcomer))
            #expect(try await server.becomes { evictions(server) == 9 })
            // A server that is full stays useful: the one that asked outlives others that do not.
            for _ in 0..<8 { silent.append(try await server.connect()) }
            #expect(try await server.becomes { evictions(server) == 17 })
            #expect(try await server.becomes { server.metric("rollcall_http_connections") == 4 })
            #expect(try await beats(newcomer))
            #expect(silent.count == 20)
        }
    }

    @Test("among those that have asked, the one answered longest ago goes")
    func longestIdle() async throws {
        try await TestServer.run { setup in
            setup.mostConnections = 3
        } _: { server in
            let (first, second, third) = (
                try await server.connect(), try await server.connect(), try await server.connect()
            )
            for connection in [first, second, third, first] {
                #expect(try await beats(connection))
                // The reply is here; now its loop knows as well.
                try await server.turn()
            }
            let fourth = try await server.connect()
            #expect(try await beats(fourth))
            #expect(try await isClosed(second))
            #expect(try await beats(first))
            #expect(try await beats(third))
            #expect(evictions(server) == 1)
        }
    }

    @Test("a connection that waits for its answer is not closed, however many come")
    func busy() async throws {
        try await TestServer.run { setup in
            setup.mostConnections = 2
        } _: { server in
            #expect(try await beats(try await server.connect()))
            let waiting = try await server.connect()
            waiting.send(TestServer.endlessQuestion)
            await server.readPass.pass()
            for _ in 0..<20 { #expect(try await beats(try await server.connect())) }
            try await server.beat("later", "b")
            let news = #""host":"later""#
            let answer = try await blocking { waiting.receive(until: news) }
            #expect(answer.contains(news))
        }
    }

    @Test("while every connection is busy, heartbeats of others are still answered one after the other")
    func busyHouse() async throws {
        try await TestServer.run { setup in
            setup.mostConnections = 4
            setup.limits.youth = .minutes(1)
        } _: { server in
            #expect(try await beats(try await server.connect()))
            var waiting: [RawConnection] = []
            for _ in 0..<4 {
                let connection = try await server.connect()
                connection.send(TestServer.endlessQuestion)
                waiting.append(connection)
            }
            await server.readPass.pass()
            for _ in 0..<20 { #expect(try await beats(try await server.connect())) }
            #expect(waiting.count == 4)
        }
    }
}
