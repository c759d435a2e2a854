import LivenessCore
import LivenessEngine
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("The short way of one service")
struct ShortWayServiceTests {
    private static let state = "GET /v1/services/h/b/state"
    private static let heartbeat = "PUT /v1/services/h/b/heartbeat"

    private static func request(_ call: String, _ headers: String = "Host: localhost\r\n") -> String {
        "\(call) HTTP/1.1\r\n\(headers)\r\n"
    }

    private static func request(_ call: String, body: String) -> String {
        let headers = "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        return request(call, "Host: localhost\r\n\(headers)") + body
    }

    /// A reply as it came over the connection.
    private struct Reply {
        var status: String
        var fields: [String: String]
        var body: String

        init(_ text: String) throws {
            let end = try #require(text.firstRange(of: "\r\n\r\n"))
            let lines = text[..<end.lowerBound].split(separator: "\r\n")
            status = try String(#require(lines.first))
            let pairs = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1).map(String.init) }
            fields = Dictionary(uniqueKeysWithValues: pairs.map { ($0[0].lowercased(), $0[1]) })
            body = String(text[end.upperBound...])
        }

        /// Without what is different from one moment to the next.
        var lasting: (fields: [String: String], body: String) {
            var fields = fields
            for name in ["connection", "content-length", "date"] { fields[name] = nil }
            return (fields, body.replacing(#/[0-9.]+/#, with: "0"))
        }
    }

    private func reply(to request: String, from server: TestServer) async throws -> Reply {
        let connection = try await server.connect()
        connection.send(request)
        return try Reply(try await blocking { connection.receive(until: "}") })
    }

    @Test("its replies are those of the router", arguments: [state, heartbeat])
    func sameReplies(call: String) async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let short = try await reply(to: Self.request(call), from: server)
            // Who wants the connection closed is answered by the router.
            let closing = Self.request(call, "Host: localhost\r\nConnection: close\r\n")
            let long = try await reply(to: closing, from: server)
            #expect(short.status == "HTTP/1.1 200 OK" && long.status == short.status)
            #expect(short.lasting.fields == long.lasting.fields)
            #expect(short.lasting.body == long.lasting.body)
            #expect(short.fields["content-length"] == " \(short.body.utf8.count)")
            #expect(short.fields["date"]?.hasSuffix(" GMT") == true)
            #expect(short.fields["connection"] == nil && long.fields["connection"] == " close")
        }
    }

    @Test("a service that was never heard has no age, whichever way it is asked for")
    func neverHeard() async throws {
        try await TestServer.run { server in
            _ = try await server.call("POST", "/v1/services", #"{"host":"new","binary":"b"}"#)
            let path = "/v1/services/new/b/state"
            let expected = #"{"state":"unknown","reason":"never_reported","age":null}"#
            for query in ["", "?x=y"] { #expect(try await server.get(path + query).body == expected, "\(query)") }
            let uuid = try await server.uuid("new", "b")
            #expect(try await server.call("DELETE", "/v1/services/\(uuid)").status == 204)
            #expect(try await server.get(path).code == "no_such_service")
        }
    }

    @Test("what the router refuses is refused, and renews nobody")
    func walls() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let service = try #require(server.engine.board.find(host: "h", binary: "b"))
            let before = server.heardAt(service)
            let host = "Host: localhost\r\n"
            let walls = [
                ("Host: elsewhere.example\r\n", "421"), ("", "421"), ("\(host)Rollcall-API-Version: 9.9\r\n", "406"),
                ("\(host)Rollcall-API-Version: new\r\n", "400"),
            ]
            var refused = [Self.state, Self.heartbeat].flatMap { call in
                walls.map { (request: Self.request(call, $0.0), status: $0.1) }
            }
            let json = "Content-Type: application/json\r\n"
            for (headers, body, status) in [
                ("Content-Length: 2\r\n", "{}", "415"),
                ("Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}", "415"),
                ("\(json)Content-Length: 5000000\r\n", "", "413"), ("\(json)Content-Length: 2\r\n", "[]", "400"),
                ("\(json)Content-Length: 21\r\n", #"{"report_interval":0}"#, "400"),
            ] {
                refused.append((Self.request(Self.heartbeat, host + headers) + body, status))
            }
            for (request, status) in refused {
                let answer = try await reply(to: request, from: server)
                #expect(answer.status.hasPrefix("HTTP/1.1 \(status)"), "\(request) \(answer)")
            }
            #expect(server.heardAt(service) == before)
        }
    }

    private static func credential(_ token: String, _ roles: Roles, perSecond: Int? = nil) -> AccessList.Credential {
        AccessList.Credential(
            proof: .token(digest: AccessList.digest(of: token)),
            identity: Identity(
                name: token,
                roles: roles,
                hosts: [NamePattern("h")].compactMap { $0 },
                binaries: [NamePattern("*")].compactMap { $0 },
                requestsPerSecond: perSecond
            )
        )
    }

    private static func bearer(_ token: String) -> [(String, String)] { [("Authorization", "Bearer \(token)")] }

    private static let access = AccessList([
        credential("reporting", .reporter), credential("reading", .reader), credential("operating", .operator),
        credential("slow-reading", .reader, perSecond: 2), credential("slow-reporting", .reporter, perSecond: 2),
    ])

    @Test("a credential and its role are asked for, and who lacks one is told and counted once")
    func credentials() async throws {
        try await TestServer.run { setup in
            setup.access = AccessControl(Self.access)
        } _: { server in
            let (state, heartbeat) = ("/v1/services/h/b/state", "/v1/services/h/b/heartbeat")
            let other = "/v1/services/other/b/heartbeat"
            for path in [heartbeat, other] {
                #expect(try await server.call("PUT", path, headers: Self.bearer("operating")).status == 200)
            }
            for (method, path, token, status) in [
                ("GET", state, "unknown", 401), ("PUT", heartbeat, "unknown", 401), ("GET", state, "reporting", 403),
                ("PUT", heartbeat, "reading", 403), ("PUT", other, "reporting", 403), ("GET", state, "reading", 200),
                ("PUT", heartbeat, "reporting", 200), ("GET", state, "operating", 200),
            ] {
                let answer = try await server.call(method, path, headers: Self.bearer(token))
                #expect(answer.status == status, "\(method) \(path) \(token) \(answer)")
            }
            #expect(try await server.get(state).code == "unauthorized")
            for (reason, count) in [("credential", 3), ("role", 2), ("scope", 1), ("rate", 0)] {
                let name = "rollcall_auth_refusals_total{reason=\"\(reason)\"}"
                #expect(server.metric(name) == Double(count), "\(reason)")
            }
        }
    }

    @Test("who may send only so many requests is told when the next one is answered")
    func rates() async throws {
        try await TestServer.run { setup in
            setup.access = AccessControl(Self.access)
        } _: { server in
            let heartbeat = "/v1/services/h/b/heartbeat"
            #expect(try await server.call("PUT", heartbeat, headers: Self.bearer("operating")).status == 200)
            for (method, path, token) in [
                ("GET", "/v1/services/h/b/state", "slow-reading"), ("PUT", heartbeat, "slow-reporting"),
            ] {
                var statuses: [Int] = []
                // More than a machine answers in the time in which one more is allowed.
                for _ in 0..<20 where statuses.last != 429 {
                    statuses.append(try await server.call(method, path, headers: Self.bearer(token)).status)
                }
                #expect(statuses.prefix(2) == [200, 200] && statuses.last == 429, "\(method) \(statuses)")
            }
        }
    }

    @Test("plain calls and others on one connection are answered in their order")
    func order() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            try await server.beat("h2", "b")
            _ = try await server.call("POST", "/v1/services", #"{"host":"new","binary":"b"}"#)
            let connection = try await server.connect()
            let many = #"{"heartbeats":[{"host":"h","binary":"b"}]}"#
            let calls = [
                Self.request(Self.state), Self.request("POST /v1/heartbeats", body: many),
                Self.request("GET /v1/services?host=h"), Self.request("PUT /v1/services/h2/b/heartbeat"),
                Self.request("GET /v1/services/none/b/state"), Self.request(Self.heartbeat, body: "{}"),
                Self.request("GET /v1/services/new/b/state"),
            ]
            connection.send(calls.joined())
            let replies = try await blocking { connection.receive(until: "never_reported") }
            let pieces = [
                #"{"state":"up","reason":"heartbeat""#, #""rejected":[]}"#, #"{"services":[{"uuid""#,
                #"{"index":0,"host":"h2","#, "no_such_service", #"{"index":0,"host":"h","#, #"{"state":"unknown","#,
            ]
            var rest = replies[...]
            for piece in pieces {
                let found = try #require(rest.firstRange(of: piece), "\(piece) in \(replies)")
                rest = rest[found.upperBound...]
            }
            #expect(replies.ranges(of: "HTTP/1.1 ").count == pieces.count, "\(replies)")
        }
    }

    @Test("what follows a change on its connection sees it")
    func behindAChange() async throws {
        try await TestServer.run { server in
            for _ in 0..<20 {
                try await server.beat("h", "b")
                let connection = try await server.connect()
                connection.send(Self.request("DELETE /v1/services/h/b/heartbeat") + Self.request(Self.state))
                let replies = try await blocking { connection.receive(until: "}") }
                #expect(replies.contains(#"{"state":"down","reason":"left","#), "\(replies)")
            }
        }
    }

    @Test("a HEAD has no body, and a body of a question is read past")
    func neighbours() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let connection = try await server.connect()
            connection.send(Self.request("HEAD /v1/services/h/b/state") + Self.request(Self.state, body: "{}"))
            connection.send(Self.request(Self.state, "Host: localhost\r\nConnection: close\r\n"))
            let replies = try #require(try await blocking { connection.receiveToEnd() })
            #expect(replies.ranges(of: "HTTP/1.1 200 OK").count == 3, "\(replies)")
            #expect(replies.ranges(of: #"{"state":"up""#).count == 2, "\(replies)")
            let end = try #require(replies.firstRange(of: "\r\n\r\n"))
            #expect(replies[end.upperBound...].hasPrefix("HTTP/1.1 200 OK"), "\(replies)")
        }
    }

    @Test("a call that asks for the end of its connection gets it", arguments: [state, heartbeat])
    func close(call: String) async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let connection = try await server.connect()
            connection.send(Self.request(call, "Host: localhost\r\nConnection: close\r\n") + Self.request(call))
            let replies = try #require(try await blocking { connection.receiveToEnd() })
            #expect(replies.hasPrefix("HTTP/1.1 200"))
            #expect(replies.ranges(of: "HTTP/1.1").count == 1, "\(replies)")
        }
    }

    @Test("a heartbeat renews its service, with a body and without one")
    func renewals() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b", #"{"report_interval":5}"#)
            let service = try #require(server.engine.board.find(host: "h", binary: "b"))
            let chunked = "Host: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
            for request in [
                Self.request(Self.heartbeat), Self.request(Self.heartbeat, body: #"{"report_interval":5}"#),
                Self.request(Self.heartbeat, body: "{}"), Self.request(Self.heartbeat, body: ""),
                Self.request(Self.heartbeat, chunked) + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
            ] {
                let before = server.engine.now
                let answer = try await reply(to: request, from: server)
                #expect(answer.status == "HTTP/1.1 200 OK", "\(request) \(answer)")
                #expect(answer.body.hasPrefix(#"{"index":0,"host":"h","binary":"b","worker":"""#), "\(answer)")
                #expect(answer.body.contains(#""state":"up","state_reason":"heartbeat""#), "\(answer)")
                #expect(server.heardAt(service) >= before)
            }
        }
    }

    @Test("names that are encoded are decoded")
    func encodedNames() async throws {
        try await TestServer.run { server in
            try await server.beat("h1", "b")
            let service = try #require(server.engine.board.find(host: "h1", binary: "b"))
            let before = server.engine.now
            let beat = try await server.call("PUT", "/v1/services/h%31/%62/heartbeat")
            #expect(beat.status == 200 && beat.json["host"]?.text == "h1", "\(beat)")
            #expect(server.heardAt(service) >= before)
            #expect(try await server.get("/v1/services/h%31/%62/state").json["state"]?.text == "up")
            let half = try await reply(to: Self.request("GET /v1/services/h%3/b/state"), from: server)
            #expect(half.status.hasPrefix("HTTP/1.1 400"), "\(half)")
        }
    }

    @Test("its calls are counted with those of the router")
    func counted() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            for query in ["", "", "?unknown_as=up"] {
                #expect(try await server.get("/v1/services/h/b/state" + query).status == 200)
                try await server.beat("h", "b")
            }
            for (method, ending, count) in [("GET", "state", 3), ("PUT", "heartbeat", 4)] {
                let route = "/v1/services/{key}/{binary}/\(ending)"
                let name = #"rollcall_http_requests_total{method="\#(method)",route="\#(route)",status="2xx"}"#
                #expect(try await server.becomes { server.metric(name) == Double(count) }, "\(name)")
            }
        }
    }
}
