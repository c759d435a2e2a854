import LivenessCore
import LivenessEngine
import ServiceLifecycle
import Telemetry
import Testing

@testable import RollcallServer

@Suite("The short way of heartbeats")
struct ShortWayHandlerTests {
    private static func heartbeat(_ host: String, _ more: String = "", headers: String = "") -> String {
        let body = #"{"heartbeats":[{"host":"\#(host)","binary":"b"\#(more)}]}"#
        return "POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// A connection whose server has read all of `call` but its last ten bytes: they came in one piece with a whole
    /// call, which is answered.
    private static func halfSent(_ call: String, to server: TestServer) async throws -> RawConnection {
        let connection = try await server.connect()
        connection.send(call + String(call.dropLast(10)))
        let answered = try await blocking { connection.receive(until: #""rejected":[]}"#) }
        #expect(answered.hasPrefix("HTTP/1.1 200"), "\(answered)")
        return connection
    }

    private func service(_ server: TestServer, _ host: String) throws -> UInt32 {
        try #require(server.engine.board.find(host: host, binary: "b"))
    }

    @Test("a question that waits for news ends when its client goes on, and all is answered in order")
    func pipelined() async throws {
        try await TestServer.run { server in
            for host in ["h1", "h2"] { try await server.beat(host, "b") }
            let (first, second) = (try service(server, "h1"), try service(server, "h2"))
            let question = try await server.patientQuestion()
            let connection = try await server.connect()
            let before = server.engine.now
            connection.send(question + Self.heartbeat("h1"))
            connection.send(question + "GET /v1/services?host=h1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connection.send(Self.heartbeat("h2"))
            let replies = try await blocking { connection.receive(until: #""host":"h2""#) }
            let order = [
                #""transitions":["#, #""host":"h1","binary":"b","worker""#, #""transitions":["#,
                #"{"services":[{"uuid""#, #""host":"h2""#,
            ]
            var rest = replies[...]
            for piece in order {
                let found = try #require(rest.firstRange(of: piece), "\(piece) in \(replies)")
                rest = rest[found.upperBound...]
            }
            #expect(!rest.contains("HTTP/1.1"))
            #expect(server.heardAt(first) >= before && server.heardAt(second) >= before)
        }
    }

    @Test("beats that go on behind a question that waits keep their service up")
    func beatsBehindAQuestion() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let service = try service(server, "h")
            let question = try await server.patientQuestion()
            let connection = try await server.connect()
            connection.send(question)
            for _ in 0..<12 {
                let before = server.engine.now
                connection.send(Self.heartbeat("h"))
                #expect(try await server.becomes { server.heardAt(service) >= before })
            }
        }
    }

    @Test("what follows a change on its connection comes after it")
    func behindAChange() async throws {
        try await TestServer.run { server in
            for _ in 0..<20 {
                try await server.beat("h", "b")
                let connection = try await server.connect()
                connection.send(
                    "DELETE /v1/services/h/b/heartbeat HTTP/1.1\r\nHost: localhost\r\n\r\n" + Self.heartbeat("h")
                )
                let replies = try await blocking { connection.receive(until: #""rejected":[]}"#) }
                #expect(replies.hasPrefix("HTTP/1.1 204"), "\(replies)")
                #expect(try await server.get("/v1/services/h/b/state").json["state"]?.text == "up")
            }
        }
    }

    @Test("who finishes sending gets all replies")
    func halfClosed() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let connection = try await server.connect()
            connection.readReluctantly()
            connection.send(String(repeating: Self.heartbeat("h"), count: 500))
            connection.finishSending()
            let replies = try #require(try await blocking { connection.receiveToEnd() })
            #expect(replies.ranges(of: "HTTP/1.1 200 OK").count == 500)
            #expect(replies.hasSuffix(#""rejected":[]}"#))
        }
    }

    @Test("the short way answers with the head that the router answers with")
    func heads() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            var heads: [[String: String]] = []
            // Who wants the connection closed is answered by the router.
            for headers in ["", "Connection: close\r\n"] {
                let connection = try await server.connect()
                connection.send(Self.heartbeat("h", headers: headers))
                let reply = try await blocking { connection.receive(until: #""rejected":[]}"#) }
                let end = try #require(reply.firstRange(of: "\r\n\r\n"))
                let lines = reply[..<end.lowerBound].split(separator: "\r\n")
                #expect(lines.first == "HTTP/1.1 200 OK")
                let fields = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1).map(String.init) }
                var head = Dictionary(uniqueKeysWithValues: fields.map { ($0[0].lowercased(), $0[1]) })
                // What is left of the time until the deadline has more digits or fewer.
                let length = head.removeValue(forKey: "content-length")
                #expect(length == " \(reply[end.upperBound...].utf8.count)")
                let date = head.removeValue(forKey: "date")
                #expect(date?.hasSuffix(" GMT") == true)
                heads.append(head)
            }
            let ending = heads[1].removeValue(forKey: "connection")
            #expect(ending == " close")
            #expect(heads[0] == heads[1])
        }
    }

    @Test("of two media types or two versions none is taken")
    func twofoldHeaders() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            for (header, status) in [("Content-Type: text/plain", "415"), ("Rollcall-API-Version: 1.0", "400")] {
                let connection = try await server.connect()
                let twice = "Rollcall-API-Version: 1.0\r\n\(header)\r\n"
                connection.send(Self.heartbeat("h", headers: status == "400" ? twice : "\(header)\r\n"))
                let answer = try await blocking { connection.receive(until: "}}") }
                #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
            }
        }
    }

    @Test("what follows an upgrade nobody wants is not read, and its connection is closed")
    func upgrade() async throws {
        try await TestServer.run { server in
            let question = try await server.patientQuestion()
            let connection = try await server.connect()
            let head = question.dropLast() + "Connection: upgrade\r\nUpgrade: x\r\n\r\n"
            connection.send(String(head))
            #expect(try await server.becomes { server.metric("rollcall_http_connections") == 1 })
            let noise = [UInt8](repeating: 0x78, count: 1 << 20)
            var sent = 0
            var refusals = 0
            while refusals < 50, sent < 64 << 20 {
                let offered = connection.offer(noise[...])
                sent += offered
                refusals = offered == 0 ? refusals + 1 : 0
                if offered == 0 { for _ in 0..<20 { try await server.turn() } }
            }
            #expect(sent < 64 << 20)
            try await server.beat("h", "b")
            let reply = try await blocking { connection.receive(until: "}") }
            #expect(reply.hasPrefix("HTTP/1.1 200"), "\(reply)")
            #expect(try await blocking { connection.receiveToEnd() } != nil)
        }
    }

    @Test("its replies have the headers of all others")
    func headers() async throws {
        try await TestServer.run { server in
            let body = #"{"heartbeats":[{"host":"h","binary":"b"}]}"#
            let admitted = try await server.call("POST", "/v1/heartbeats", body)
            let renewed = try await server.call("POST", "/v1/heartbeats", body)
            #expect(Set(admitted.headers.map(\.name)) == Set(renewed.headers.map(\.name)))
            #expect(renewed.header("Content-Type") == "application/json")
            #expect(renewed.header("Rollcall-API-Version") == "1.0")
            let date = try #require(renewed.header("Date"))
            let form = #/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/#
            #expect(date.wholeMatch(of: form) != nil, "\(date)")
        }
    }

    @Test("its calls are counted with those of the router")
    func counted() async throws {
        try await TestServer.run { server in
            let body = #"{"heartbeats":[{"host":"h","binary":"b"}]}"#
            for _ in 0..<3 { _ = try await server.call("POST", "/v1/heartbeats", body) }
            let line = server.metrics.exposition().split(separator: "\n").first {
                $0.hasPrefix("rollcall_http_requests_total{") && $0.contains("/v1/heartbeats\"") && $0.contains("2xx")
            }
            #expect(line?.hasSuffix(" 3") == true, "\(line ?? "no line")")
        }
    }

    /// Calls about a known service that must be refused, and how: the walls of the ordinary way.
    private static let refused = [
        ("Host: elsewhere.example\r\nContent-Type: application/json", "421"),
        ("Host: localhost\r\nContent-Type: text/plain", "415"),
        ("Host: localhost", "415"),
        ("Host: localhost\r\nContent-Type: application/json\r\nRollcall-API-Version: 9.9", "406"),
        ("Content-Type: application/json", "421"),
    ]

    @Test("what the router refuses is refused, and renews nobody", arguments: refused)
    func walls(headers: String, status: String) async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let service = try service(server, "h")
            let before = server.heardAt(service)
            let body = #"{"heartbeats":[{"host":"h","binary":"b"}]}"#
            let answer = try await blocking { [port = server.port] in
                let connection = try RawConnection(port: port)
                connection.send(
                    "POST /v1/heartbeats HTTP/1.1\r\n\(headers)\r\nContent-Length: \(body.count)\r\n\r\n\(body)"
                )
                return connection.receive(until: "}}")
            }
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
            #expect(server.heardAt(service) == before)
        }
    }

    @Test("a call accepted on a connection opens no door for the next one")
    func nextHost() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let connection = try await server.connect()
            connection.send(Self.heartbeat("h"))
            let accepted = try await blocking { connection.receive(until: #""rejected":[]}"#) }
            #expect(accepted.hasPrefix("HTTP/1.1 200"))
            connection.send(Self.heartbeat("h").replacing("Host: localhost", with: "Host: elsewhere"))
            let refused = try await blocking { connection.receive(until: "}}") }
            #expect(refused.hasPrefix("HTTP/1.1 421"), "\(refused)")
        }
    }

    @Test("a call that asks for the end of its connection gets it")
    func close() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let connection = try await server.connect()
            connection.send(Self.heartbeat("h", headers: "Connection: close\r\n") + Self.heartbeat("h"))
            let replies = try #require(try await blocking { connection.receiveToEnd() })
            #expect(replies.hasPrefix("HTTP/1.1 200"))
            #expect(replies.ranges(of: "HTTP/1.1").count == 1, "\(replies)")
        }
    }

    @Test("who does not read the replies is not read any further")
    func unreadReplies() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let connection = try await server.connect()
            connection.readReluctantly()
            let calls = Array(String(repeating: Self.heartbeat("h"), count: 500).utf8)
            var sent = 0
            var refusals = 0
            while refusals < 50, sent < 64 << 20 {
                let offered = connection.offer(calls[(sent % calls.count)...])
                sent += offered
                refusals = offered == 0 ? refusals + 1 : 0
                if offered == 0 { for _ in 0..<20 { try await server.turn() } }
            }
            #expect(sent < 64 << 20)
            #expect(try await server.get("/healthz").status == 200)
        }
    }

    @Test("a client that is always in the middle of a call does not keep the server from stopping")
    func endlessCalls() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let call = Self.heartbeat("h")
            let connection = try await Self.halfSent(call, to: server)
            await server.services.triggerGracefulShutdown()
            #expect(try await server.becomes { (try? RawConnection(port: server.port)) == nil })
            try await server.turn()
            connection.send(String(call.suffix(10)) + String(call.dropLast(10)))
            let replies = try #require(try await blocking { connection.receiveToEnd() })
            #expect(replies.ranges(of: "HTTP/1.1 200").count == 1, "\(replies)")
        }
    }

    @Test("a body that comes after an offer of another protocol is read")
    func offer() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let connection = try await server.connect()
            let call = Self.heartbeat("h", headers: "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n")
            connection.send(String(call.dropLast(20)))
            for _ in 0..<20 { try await server.turn() }
            connection.send(String(call.suffix(20)))
            let reply = try await blocking { connection.receive(until: #""rejected":[]}"#) }
            #expect(reply.hasPrefix("HTTP/1.1 200") && reply.lowercased().contains("connection: close"), "\(reply)")
            let rest = try await blocking { connection.receiveToEnd() }
            #expect(rest == "", "\(rest ?? "the connection stays open") after \(reply)")
        }
    }

    @Test(
        "a HEAD is answered without a body, also where there is nothing",
        arguments: ["/", "/v1/heartbeats", "/nope"]
    )
    func head(path: String) async throws {
        try await TestServer.run { server in
            let connection = try await server.connect()
            connection.send("HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let replies = try #require(try await blocking { connection.receiveToEnd() })
            let end = try #require(replies.firstRange(of: "\r\n\r\n"))
            #expect(replies[end.upperBound...].hasPrefix("HTTP/1.1 200 OK"), "\(replies)")
        }
    }

    @Test("a call that is half here when the server stops is answered")
    func draining() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let call = Self.heartbeat("h")
            let connection = try await Self.halfSent(call, to: server)
            await server.services.triggerGracefulShutdown()
            let isClosed = try await server.becomes { (try? RawConnection(port: server.port)) == nil }
            #expect(isClosed)
            try await server.turn()
            connection.send(String(call.suffix(10)))
            let reply = try #require(try await blocking { connection.receiveToEnd() })
            #expect(reply.hasPrefix("HTTP/1.1 200"), "\(reply)")
        }
    }
}
