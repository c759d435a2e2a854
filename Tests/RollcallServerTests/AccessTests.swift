import HTTPTypes
import Hummingbird
import LivenessCore
import LivenessEngine
import Logging
import RollcallWire
import Synchronization
import Telemetry
import Testing

@testable import RollcallServer

@Suite("Who may do what")
struct AccessTests {
    private static let host = NamePattern("h1")
    private static let worker = NamePattern("worker-*")

    private static func credential(
        _ token: String,
        _ roles: Roles,
        expires: Timestamp? = nil
    ) -> AccessList.Credential {
        AccessList.Credential(
            proof: .token(digest: AccessList.digest(of: token)),
            identity: Identity(
                name: token + "-holder",
                roles: roles,
                hosts: [host].compactMap { $0 },
                binaries: [worker, NamePattern("rollcalld")].compactMap { $0 },
                topics: [NamePattern("workers")].compactMap { $0 },
                zones: [NamePattern("az*")].compactMap { $0 }
            ),
            expires: expires
        )
    }

    private static let list = AccessList([
        credential("reporting", .reporter), credential("reading", .reader), credential("operating", .operator),
        credential("past", .operator, expires: Timestamp(microseconds: 1)),
        credential("future", .reader, expires: Timestamp(microseconds: .max)),
    ])

    private static func bearer(_ token: String) -> [(String, String)] { [("Authorization", "Bearer \(token)")] }

    private func guarded(
        _ access: AccessControl = AccessControl(list),
        _ body: (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run({ $0.access = access }, body)
    }

    @Test("nobody without a credential that counts is answered, and nobody is told what exists")
    func nobody() async throws {
        try await guarded { server in
            let nobodys: [[(String, String)]] = [
                [], [("X-Auth-Token", "")], Self.bearer("unknown"), Self.bearer("past"), Self.bearer(""),
                Self.bearer("reading reading"),
                [("Authorization", "Basic cmVhZGluZzo=")], [("Authorization", "reading")],
                [("Authorization", "Basic x"), ("X-Auth-Token", "operating")], [("X-Auth-Token", "unknown")],
                Self.bearer(String(repeating: "x", count: 5_000)),
            ]
            for headers in nobodys {
                for path in ["/v1/services", "/v1/watch", "/metrics", "/no/such/path"] {
                    let answer = try await server.get(path, headers: headers)
                    #expect(answer.status == 401 && answer.code == "unauthorized", "\(path) \(headers) \(answer)")
                    #expect(answer.header("WWW-Authenticate") == "Bearer realm=\"rollcall\"")
                }
                let beat = try await server.call(
                    "POST",
                    "/v1/heartbeats",
                    #"{"heartbeats":[{"host":"h1","binary":"worker-1"}]}"#,
                    headers: headers
                )
                #expect(beat.status == 401, "\(headers) \(beat)")
            }
            #expect(server.engine.board.find(host: "h1", binary: "worker-1") == nil)
            for path in ["/healthz", "/readyz", "/openapi.yaml", "/", "/page/main.js", "/v2.1"] {
                #expect(try await server.get(path).status == 200, "\(path)")
                #expect(try await server.call("HEAD", path).status == 200, "\(path)")
                #expect(try await server.call("DELETE", path).status == 401, "\(path)")
            }
        }
    }

    @Test("every route takes a credential but those that tell how to speak to the daemon")
    func routes() async throws {
        try await guarded { server in
            let open = ["/", "/healthz", "/readyz", "/openapi.yaml", "/page/{asset}", "/v2.1"]
            for route in server.router.routes where !open.contains(route.path.description) {
                let path = route.path.description.replacing(#/\{\w+\}/#, with: "x")
                let answer = try await server.call(route.method.rawValue, path)
                #expect(answer.status == 401, "\(route.method) \(path): \(answer.status)")
                let reads = ["GET", "HEAD"].contains(route.method.rawValue) || path == "/v1/states"
                if !reads {
                    let reader = try await server.call(route.method.rawValue, path, headers: Self.bearer("reading"))
                    #expect(reader.status == 403, "\(route.method) \(path): \(reader.status)")
                } else if path != "/v1/watch" {
                    let reporter = try await server.call(route.method.rawValue, path, headers: Self.bearer("reporting"))
                    #expect(reporter.status == 403, "\(route.method) \(path): \(reporter.status)")
                }
            }
        }
    }

    @Test("a reporter beats for its own services alone, entry by entry")
    func reporter() async throws {
        try await guarded { server in
            let headers = Self.bearer("reporting")
            let entries = [
                #"{"host":"h2","binary":"worker-1"}"#, #"{"host":"h1","binary":"worker-1"}"#, #"{"binary":"worker-1"}"#,
                #"{"host":"h1","binary":"other"}"#,
                #"{"host":"h1","binary":"worker-2","topic":"workers","zone":"az1"}"#,
                #"{"host":"h1","binary":"worker-3","topic":"compute"}"#,
                #"{"host":"h1","binary":"worker-3","zone":"nova"}"#,
                #"{"host":"h1","binary":"rollcalld"}"#,
            ]
            // The short way for the first, the router for the second.
            for query in ["", "?reply=full&x=1"] {
                let answer = try await server.call(
                    "POST",
                    "/v1/heartbeats" + query,
                    #"{"heartbeats":[\#(entries.joined(separator: ","))]}"#,
                    headers: headers
                )
                #expect(answer.json["accepted"]?.integer == 2, "\(answer)")
                let rejected = answer.json["rejected"]?.items ?? []
                #expect(
                    rejected.map { $0["code"]?.text } == ["forbidden", "malformed"]
                        + Array(repeating: "forbidden", count: 4),
                    "\(answer)"
                )
                #expect(
                    rejected[3]["message"]?.text
                        == "reporting-holder may not report worker-3 on h1 in this topic and zone"
                )
                #expect(rejected.first?["message"]?.text == "reporting-holder may not report worker-1 on h2")
            }
            #expect(server.engine.board.find(host: "h2", binary: "worker-1") == nil)

            let own = "/v1/services/h1/worker-1/heartbeat"
            let others = ["/v1/services/h2/worker-1/heartbeat", "/v1/services/h1/other/heartbeat"]
            #expect(try await server.call("PUT", own, "{}", headers: headers).status == 200)
            #expect(try await server.call("PUT", "/v1/services/h2/worker-1/heartbeat").status == 401)
            for path in others {
                for method in ["PUT", "DELETE"] {
                    let answer = try await server.call(method, path, headers: headers)
                    #expect(answer.status == 403 && answer.code == "forbidden", "\(method) \(path) \(answer)")
                }
            }
            #expect(try await server.call("DELETE", own, headers: headers).status == 204)
            #expect(try await server.get("/v1/services", headers: headers).status == 403)
            // The daemon's own record is nobody's.
            let daemon = "/v1/services/daemon-host/rollcalld/heartbeat"
            #expect(try await server.call("PUT", daemon, headers: headers).status == 403)
        }
    }

    @Test("a reader asks, and an operator does everything and is named")
    func readerAndOperator() async throws {
        try await guarded { server in
            let beat = try await server.call(
                "PUT",
                "/v1/services/any/thing/heartbeat",
                headers: Self.bearer("operating")
            )
            let uuid = try #require(beat.json["uuid"]?.text)
            for token in ["reading", "future", "operating"] {
                #expect(try await server.get("/v1/services/\(uuid)", headers: Self.bearer(token)).status == 200)
                let states = try await server.call(
                    "POST",
                    "/v1/states",
                    #"{"services":[["any","thing"]]}"#,
                    headers: Self.bearer(token)
                )
                #expect(states.status == 200)
            }
            let patch = #"{"forced_down":true,"forced_down_reason":"fenced"}"#
            let refused = try await server.call(
                "PATCH",
                "/v1/services/\(uuid)",
                patch,
                headers: Self.bearer("reading")
            )
            #expect(refused.status == 403)
            #expect(
                refused.json["error"]?["message"]?.text == "reading-holder may not do this: it takes the role operator"
            )
            let done = try await server.call(
                "PATCH",
                "/v1/services/\(uuid)",
                patch,
                headers: Self.bearer("operating")
            )
            #expect(done.json["forced_down_by"]?.text == "operating-holder@127.0.0.1", "\(done)")
        }
    }

    @Test("OpenStack's clients name their token in a header of their own, and are refused as Nova refuses")
    func openStack() async throws {
        try await guarded { server in
            let path = "/v2.1/os-services"
            #expect(try await server.get(path, headers: [("X-Auth-Token", "reading")]).status == 200)
            let nobody = try await server.get(path)
            #expect(nobody.status == 401 && nobody.json["unauthorized"]?["code"]?.integer == 401, "\(nobody)")
            let change = try await server.call(
                "PUT",
                path + "/disable",
                #"{"host":"h","binary":"b"}"#,
                headers: [("X-Auth-Token", "reading")]
            )
            #expect(change.status == 403 && change.json["forbidden"] != nil, "\(change)")
        }
    }

    @Test("a credential that is taken back counts no more, on a connection that is open either")
    func revoked() async throws {
        let access = AccessControl(Self.list)
        try await guarded(access) { server in
            let connection = try await server.connect()
            let body = #"{"heartbeats":[{"host":"h1","binary":"worker-1"}]}"#
            let call = """
                POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nAuthorization: bearer reporting\r
                Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
                """
            connection.send(call)
            let first = try await blocking { connection.receive(until: #""rejected":[]}"#) }
            #expect(first.hasPrefix("HTTP/1.1 200"), "\(first)")
            access.adopt(AccessList([Self.credential("reading", .reader)]))
            connection.send(call)
            let second = try await blocking { connection.receive(until: "}}") }
            #expect(second.hasPrefix("HTTP/1.1 401"), "\(second)")
        }
    }

    @Test("a watch ends when its credential is taken back")
    func watch() async throws {
        let access = AccessControl(Self.list)
        try await guarded(access) { server in
            let connection = try await server.connect()
            connection.send("GET /v1/watch HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: reading\r\n\r\n")
            _ = try await blocking { connection.receive(until: #""complete":true}"#) }
            access.adopt(AccessList([]))
            access.adopt(AccessList([Self.credential("operating", .operator)]))
            // What it waits for comes, and then it is asked who waits.
            let beat = try await server.call(
                "PUT",
                "/v1/services/h1/worker-1/heartbeat",
                headers: Self.bearer("operating")
            )
            #expect(beat.status == 200)
            #expect(try await blocking { connection.receive(until: "0\r\n\r\n") }.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("refusals are told one by one up to two a second for each caller, and counted beyond")
    func flood() {
        let lines = Lines()
        let time = Mutex(Timestamp(microseconds: 0))
        let audit = AuditLog(lines.logger, AccessMetrics(PrometheusRegistry())) { time.withLock { $0 } }
        for number in 0..<5 {
            audit.refused(by: "one", "call \(number)", String(repeating: "x", count: 9_000), lacking: .role)
        }
        audit.refused(by: "two", "call", "why", lacking: .role)
        time.withLock { $0 = Timestamp(microseconds: 1_000_000) }
        audit.refused(by: "one", "call", "why", lacking: .role)
        audit.refused(by: "two", "call", "why", lacking: .role)
        let told = lines.all.map { "\($0["by"] ?? "") \($0["call"] ?? "") \($0["not_told_before"] ?? "0")" }
        #expect(told == ["one call 0 0", "one call 1 0", "two call 3", "one call 0", "two call 0"])
        #expect(lines.all.allSatisfy { ($0["why"]?.description.utf8.count ?? 0) <= 300 })
        for number in 0..<100 { audit.refused(by: "caller \(number)", "call", "why", lacking: .role) }
        #expect(lines.all.count == 5 + 18)
    }

    /// What a logger was told.
    private final class Lines: Sendable {
        private let lines = Mutex<[Logger.Metadata]>([])

        var all: [Logger.Metadata] { lines.withLock { $0 } }

        var logger: Logger {
            Logger(label: "audit") { _ in Handler(lines: self) }
        }

        private struct Handler: LogHandler {
            var lines: Lines
            var logLevel = Logger.Level.trace
            var metadata: Logger.Metadata = [:]

            subscript(metadataKey key: String) -> Logger.MetadataValue? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                lines.lines.withLock { $0.append(event.metadata ?? [:]) }
            }
        }
    }

    @Test(
        "a star stands for any characters, everything else for itself",
        arguments: [
            ("h1", ["h1"], ["h", "h11", "H1", ""]), ("*", ["", "h", "h/1"], []), ("h*", ["h", "h1"], ["a", "ah"]),
            ("*h", ["h", "1h"], ["h1"]), ("a*b*c", ["abc", "axbxc", "abbcc"], ["ac", "ab", "acb", "abcx"]),
            ("a*a", ["aa", "aba"], ["a"]), ("ä*", ["äb"], ["ab"]), ("a**b", ["ab", "axb"], ["a"]),
            ("*ab*ab*", ["abab", "xabyabz"], ["ab", "aab"]),
        ]
    )
    func patterns(text: String, matching: [String], others: [String]) throws {
        let pattern = try #require(NamePattern(text))
        for name in matching { #expect(pattern.matches(ArraySlice(name.utf8)), "\(name)") }
        for name in others { #expect(!pattern.matches(ArraySlice(name.utf8)), "\(name)") }
    }

    @Test("what no name can match is no pattern", arguments: ["", "a/b", "a\u{1}", String(repeating: "x", count: 256)])
    func noPattern(text: String) {
        #expect(NamePattern(text) == nil)
    }

    @Test("a user of this machine is who the list says, and root and the daemon's own need no entry")
    func users() throws {
        let known = AccessList.Credential(
            proof: .user(id: 4_242),
            identity: Identity(name: "ann", roles: .reader),
            expires: Timestamp(microseconds: 10)
        )
        let access = AccessControl(AccessList([known]))
        func identity(_ user: UInt32, _ fields: HTTPFields = [:], at now: Int64 = 0) -> Identity? {
            try? access.identity(of: fields, .user(LocalUser(id: user)), at: Timestamp(microseconds: now))
        }
        #expect(identity(4_242) == known.identity)
        #expect(identity(4_242, at: 10) == nil)
        #expect(identity(0) == Identity(name: "root", roles: .operator))
        #expect(identity(0, [.authorization: "Bearer unknown"]) == nil)
        #expect(identity(4_243) == nil && identity(LocalSocket.nobody) == nil)
        access.adopt(nil)
        #expect(identity(4_243) == Identity(name: "uid-4243", roles: .operator))
    }

    @Test("who may send only so many requests is told when the next one is answered, heartbeats too; others are not")
    func rates() async throws {
        let slow = AccessList.Credential(
            proof: .token(digest: AccessList.digest(of: "slow")),
            identity: Identity(
                name: "slow",
                roles: [.reporter, .reader],
                hosts: [Self.host].compactMap { $0 },
                binaries: [NamePattern("*")].compactMap { $0 },
                requestsPerSecond: 2
            )
        )
        let access = AccessControl(AccessList([slow, Self.credential("reading", .reader)]))
        try await guarded(access) { server in
            let beat = #"{"heartbeats":[{"host":"h1","binary":"worker-1"}]}"#
            var statuses: [Int] = []
            var wait: String?
            // More than a machine answers in the time in which one more is allowed.
            for _ in 0..<20 where wait == nil {
                let answer = try await server.call("POST", "/v1/heartbeats", beat, headers: Self.bearer("slow"))
                statuses.append(answer.status)
                wait = answer.header("Retry-After")
            }
            #expect(statuses.prefix(2) == [200, 200] && statuses.last == 429, "\(statuses)")
            #expect(wait == "1")
            for _ in 0..<20 {
                #expect(try await server.get("/v1/groups", headers: Self.bearer("reading")).status == 200)
            }
            #expect(server.metric(#"rollcall_auth_refusals_total{reason="rate"}"#) ?? 0 >= 1)
        }
    }

    @Test("an allowance fills up with time, to a second's worth and no more")
    func allowance() {
        var allowance = RequestAllowance(perSecond: 4, at: Instant(nanoseconds: 0))
        func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: 0) + .milliseconds(milliseconds) }
        for _ in 0..<4 { #expect(allowance.take(at: at(0)) == nil) }
        #expect(allowance.take(at: at(0)) == .milliseconds(250))
        #expect(allowance.take(at: at(250)) == nil)
        #expect(allowance.take(at: at(300)) != nil)
        for _ in 0..<4 { #expect(allowance.take(at: at(60_000)) == nil) }
        #expect(allowance.take(at: at(60_000)) != nil)
        // Time that goes back gives nothing, and takes nothing.
        #expect(allowance.take(at: at(0)) != nil)
    }
}
