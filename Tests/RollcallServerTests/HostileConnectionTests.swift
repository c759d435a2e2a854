import NIOCore
import RollcallWire
import Testing

@testable import RollcallServer

private let heartbeatHead =
    "POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

/// Requests that are no HTTP, with a name for each.
private let requestsThatAreNoHTTP = [
    "garbage": "garbage\r\n\r\n",
    "an unknown method": "BREW /v1/groups HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an unknown version": "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "a space in a header's name": "GET /healthz HTTP/1.1\r\nHo st: localhost\r\n\r\n",
    "two lengths": heartbeatHead + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a bad chunk": heartbeatHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a long target": "GET /\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long header": "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n",
]

@Suite("Hostile connections")
struct HostileConnectionTests {
    /// Sends bytes and answers all that comes until the server closes; nil when it does not.
    private func exchange(_ server: TestServer, _ text: String, finishes: Bool = false) async throws -> String? {
        let port = server.port
        return try await blocking {
            let connection = try RawConnection(port: port)
            connection.send(text)
            if finishes { connection.finishSending() }
            return connection.receiveToEnd()
        }
    }

    @Test(
        "what is no HTTP gets the error document and a closed connection",
        arguments: requestsThatAreNoHTTP.keys.sorted()
    )
    func notHTTP(_ name: String) async throws {
        let text = try #require(requestsThatAreNoHTTP[name])
        try await TestServer.run { server in
            let answer = try #require(try await exchange(server, text))
            #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer.prefix(200))")
            #expect(answer.contains(#""code":"malformed""#), "\(answer.prefix(400))")
            #expect(try await server.get("/healthz").status == 200)
        }
    }

    @Test("a percent sign that encodes nothing is 400 in a path and in a query")
    func percentSigns() async throws {
        try await TestServer.run { server in
            for target in ["/v1/services/a%ZZ/b/state", "/v1/services?host=%ZZ", "/v1/services/%ff/b/state"] {
                let answer = try await exchange(
                    server,
                    "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )
                #expect(answer?.hasPrefix("HTTP/1.1 400") == true, "\(target)")
                #expect(answer?.contains(#""code":"malformed""#) == true, "\(target)")
            }
        }
    }

    @Test("without a Host nobody is answered")
    func noHost() async throws {
        try await TestServer.run { server in
            let answer = try await exchange(server, "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(answer?.hasPrefix("HTTP/1.1 421") == true)
        }
    }

    @Test("a body that says it is too large is refused before it is read, and the connection ends")
    func largeByLength() async throws {
        try await TestServer.run { setup in
            setup.limits.lingering = .milliseconds(50)
        } _: { server in
            let answer = try await exchange(server, heartbeatHead + "Content-Length: 4194305\r\n\r\n{")
            #expect(answer?.hasPrefix("HTTP/1.1 413") == true)
            #expect(answer?.contains(#""code":"too_large""#) == true)
        }
    }

    @Test("a body in chunks is cut where it becomes too large")
    func largeInChunks() async throws {
        try await TestServer.run { setup in
            setup.limits.lingering = .milliseconds(50)
        } _: { server in
            let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
            let answer = try await exchange(
                server,
                heartbeatHead + "Transfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 80)
            )
            #expect(answer?.hasPrefix("HTTP/1.1 413") == true)
            #expect(try await server.get("/healthz").status == 200)
        }
    }

    @Test("who expects 100 gets it, unless the body would be refused")
    func continuing() async throws {
        try await TestServer.run { setup in
            setup.limits.lingering = .milliseconds(50)
        } _: { server in
            let port = server.port
            let body = #"{"heartbeats":[{"host":"h","binary":"b"}]}"#
            let (first, second) = try await blocking {
                let connection = try RawConnection(port: port)
                connection.send(
                    heartbeatHead
                        + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                )
                let first = connection.receive(until: "\r\n\r\n")
                connection.send(body)
                return (first, connection.receiveToEnd() ?? "")
            }
            #expect(first.hasPrefix("HTTP/1.1 100"))
            #expect(second.hasPrefix("HTTP/1.1 200") && second.contains(#""accepted":1"#))
            let refused = try await exchange(
                server,
                heartbeatHead + "Expect: 100-continue\r\nContent-Length: 5000000\r\n\r\n"
            )
            #expect(refused?.hasPrefix("HTTP/1.1 413") == true)
        }
    }

    @Test("a body that comes byte by byte is cut at its deadline")
    func slowBody() async throws {
        try await TestServer.run { setup in
            setup.limits.bodyTime = .milliseconds(200)
        } _: { server in
            let answer = try await exchange(server, heartbeatHead + "Content-Length: 100\r\n\r\n{\"heart")
            #expect(answer == "")
            #expect(try await server.get("/healthz").status == 200)
        }
    }

    @Test("a silent connection, and one whose head does not end, are closed")
    func idle() async throws {
        try await TestServer.run { setup in
            setup.limits.idle = .milliseconds(200)
        } _: { server in
            for text in ["", "GET /healthz HTTP/1.1\r\nHost: loc"] {
                let answer = try await exchange(server, text)
                #expect(answer == "")
            }
        }
    }

    @Test("a truncated body applies nothing")
    func truncated() async throws {
        try await TestServer.run { server in
            let answer = try await exchange(
                server,
                heartbeatHead + "Content-Length: 1000\r\n\r\n{\"heartbeats\":[{\"host\":\"h\",\"binary\":\"b\"}]}",
                finishes: true
            )
            #expect(answer?.hasPrefix("HTTP/1.1 200") != true)
            #expect(try await server.get("/v1/services/h/b/state").status == 404)
        }
    }

    @Test("pipelined requests are answered in their order")
    func pipelining() async throws {
        try await TestServer.run { server in
            var text = ""
            for number in 0..<50 {
                let body = "{\"heartbeats\":[{\"host\":\"h\(number)\",\"binary\":\"b\"}]}"
                text += heartbeatHead + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
                text += "GET /v1/services/h\(number)/b/state HTTP/1.1\r\nHost: localhost\r\n\r\n"
            }
            text += "GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let answer = try #require(try await exchange(server, text))
            var position = answer.startIndex
            for number in 0..<50 {
                let found = try #require(answer[position...].firstRange(of: "\"host\":\"h\(number)\""))
                position = try #require(answer[found.upperBound...].firstRange(of: "{\"state\":\"up\"")).upperBound
            }
            #expect(answer[position...].contains("404"))
        }
    }
}
