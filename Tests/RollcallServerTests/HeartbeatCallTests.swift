import LivenessCore
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("Heartbeat calls")
struct HeartbeatCallTests {
    @Test("a first heartbeat registers a service, and the answer says what is believed of it")
    func register() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                "POST",
                "/v1/heartbeats",
                #"{"heartbeats":[{"host":"h1","binary":"nova-compute","incarnation":"i1","sequence":1,"report_interval":5}]}"#
            )
            #expect(answer.status == 200)
            #expect(answer.header("Content-Type") == "application/json")
            #expect(answer.header("Rollcall-API-Version") == "1.0")
            let reply = try WireJSON.decode(HeartbeatsReply.self, from: .init(answer.body.utf8))
            #expect(reply.accepted == 1 && reply.rejected.isEmpty)
            let entry = try #require(reply.services.first)
            #expect(entry.host == "h1" && entry.binary == "nova-compute" && entry.worker == "")
            #expect(entry.state == .up && entry.stateReason == .heartbeat && entry.status == .enabled)
            #expect(entry.reportInterval == 5)
            #expect((4.5...5.5).contains(entry.nextReportIn))
            #expect(entry.incarnationNumber == 1)
            #expect((1_199.0...1_200.0).contains(try #require(entry.deadlineIn)))
        }
    }

    @Test("bad entries are named and spoil no others")
    func badEntries() async throws {
        try await TestServer.run { server in
            let long = String(repeating: "n", count: 1_000_000)
            let answer = try await server.call(
                "POST",
                "/v1/heartbeats",
                """
                {"heartbeats":[{"host":"a","binary":"b"},{"host":"\(long)","binary":"b"},{"host":"c","binary":"b",
                "report_interval":9999},7,{"host":"d","binary":"b"}]}
                """
            )
            let reply = try WireJSON.decode(HeartbeatsReply.self, from: .init(answer.body.utf8))
            #expect(reply.accepted == 2)
            #expect(reply.services.map(\.index) == [0, 4])
            #expect(reply.rejected.map(\.index) == [1, 2, 3])
            #expect(reply.rejected.map(\.code) == [.nameTooLong, .invalidInterval, .malformed])
            #expect(reply.rejected.allSatisfy { !$0.message.isEmpty })
        }
    }

    @Test("a brief reply tells only of what changed")
    func brief() async throws {
        try await TestServer.run { server in
            let body = #"{"heartbeats":[{"host":"a","binary":"b"}]}"#
            let first = try await server.call("POST", "/v1/heartbeats?reply=brief", body)
            #expect(first.json["services"]?.count == 1)
            _ = try await server.call("POST", "/v1/heartbeats?reply=brief", body)
            let third = try await server.call("POST", "/v1/heartbeats?reply=brief", body)
            #expect(third.json["accepted"]?.integer == 1)
            #expect(third.json["services"]?.count == 0)
            let uuid = try await server.uuid("a", "b")
            _ = try await server.call("PATCH", "/v1/services/\(uuid)", #"{"status":"disabled"}"#)
            let fourth = try await server.call("POST", "/v1/heartbeats?reply=brief", body)
            #expect(fourth.json["services"]?[0]?["status"]?.text == "disabled")
            #expect(try await server.call("POST", "/v1/heartbeats?reply=short", body).status == 400)
        }
    }

    @Test("text that needs escapes comes back as it was sent")
    func escapedNames() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                "POST",
                "/v1/heartbeats",
                #"{"heartbeats":[{"host":"a\"b\\c é","binary":"b"}]}"#
            )
            #expect(answer.json["services"]?[0]?["host"]?.text == #"a"b\c é"#)
            let list = try await server.get("/v1/services?host=a%22b%5Cc%20%C3%A9")
            #expect(list.json["services"]?[0]?["host"]?.text == #"a"b\c é"#)
            let state = try await server.get("/v1/services/a%22b%5Cc%20%C3%A9/b/state")
            #expect(state.json["state"]?.text == "up")
        }
    }

    @Test("a malformed document applies nothing")
    func malformedDocument() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                "POST",
                "/v1/heartbeats",
                #"{"heartbeats":[{"host":"a","binary":"b"},{"host":"c","binary":NaN}]}"#
            )
            #expect(answer.status == 400 && answer.code == "malformed")
            #expect(try await server.get("/v1/services/a/b/state").status == 404)
        }
    }

    @Test("10,001 heartbeats are 413")
    func tooMany() async throws {
        try await TestServer.run { server in
            let entries = Array(repeating: #"{"host":"a","binary":"b"}"#, count: 10_001).joined(separator: ",")
            let answer = try await server.call("POST", "/v1/heartbeats", "{\"heartbeats\":[\(entries)]}")
            #expect(answer.status == 413 && answer.code == "too_large")
        }
    }

    @Test("a single heartbeat needs no body")
    func single() async throws {
        try await TestServer.run { server in
            let answer = try await server.call("PUT", "/v1/services/h/b/heartbeat")
            #expect(answer.status == 200)
            #expect(answer.json["state"]?.text == "up" && answer.json["index"]?.integer == 0)
            let durable = try await server.call("PUT", "/v1/services/h/b/heartbeat", #"{"durable":true,"host":"x"}"#)
            #expect(durable.status == 200 && durable.json["host"]?.text == "h")
            let wrong = try await server.call("PUT", "/v1/services/h/b/heartbeat", #"{"report_interval":0}"#)
            #expect(wrong.status == 400 && wrong.code == "invalid_interval")
            let name = String(repeating: "n", count: 300)
            #expect(try await server.call("PUT", "/v1/services/\(name)/b/heartbeat").code == "name_too_long")
            #expect(try await server.call("PUT", "/v1/services/a%2Fb/b/heartbeat").code == "malformed")
        }
    }

    @Test("of two incarnations the replaced one is refused for ever")
    func incarnations() async throws {
        try await TestServer.run { server in
            let path = "/v1/services/h/b/heartbeat"
            #expect(try await server.call("PUT", path, #"{"incarnation":"one","sequence":1}"#).status == 200)
            #expect(try await server.call("PUT", path, #"{"incarnation":"two","sequence":1}"#).status == 200)
            for sequence in 2..<6 {
                let answer = try await server.call("PUT", path, #"{"incarnation":"one","sequence":\#(sequence)}"#)
                #expect(answer.status == 409 && answer.code == "stale_incarnation")
            }
            #expect(try await server.call("PUT", path).code == "incarnation_required")
            #expect(try await server.call("PUT", path, #"{"incarnation":"two","sequence":2}"#).status == 200)
            let many = try await server.call(
                "POST",
                "/v1/heartbeats",
                #"{"heartbeats":[{"host":"h","binary":"b","incarnation":"one"}]}"#
            )
            #expect(many.json["rejected"]?[0]?["code"]?.text == "stale_incarnation")
        }
    }

    @Test("what left stays left, and what failed beats on")
    func leaving() async throws {
        try await TestServer.run { server in
            let path = "/v1/services/h/b/heartbeat"
            #expect(try await server.call("DELETE", path).code == "no_such_service")
            _ = try await server.call("PUT", path, #"{"incarnation":"one","sequence":1}"#)
            #expect(try await server.call("DELETE", path).code == "incarnation_required")
            #expect(try await server.call("DELETE", "\(path)?incarnation=other").code == "stale_incarnation")
            let failed = try await server.call("DELETE", "\(path)?incarnation=one&reason=failed&message=exit%203")
            #expect(failed.status == 204 && failed.body.isEmpty)
            #expect(try await server.get("/v1/services/h/b/state").json["reason"]?.text == "reported_failed")
            #expect(try await server.call("PUT", path, #"{"incarnation":"one","sequence":2}"#).status == 200)
            #expect(try await server.get("/v1/services/h/b/state").json["state"]?.text == "up")

            for _ in 0..<2 {
                #expect(try await server.call("DELETE", "\(path)?incarnation=one").status == 204)
            }
            #expect(try await server.get("/v1/services/h/b/state").json["reason"]?.text == "left")
            let late = try await server.call("PUT", path, #"{"incarnation":"one","sequence":3}"#)
            #expect(late.status == 409 && late.code == "left")
            #expect(try await server.call("DELETE", "\(path)?reason=bored").status == 400)
        }
    }

    @Test("a deleted service stays deleted for the incarnation that was known")
    func deleted() async throws {
        try await TestServer.run { server in
            let path = "/v1/services/h/b/heartbeat"
            let uuid = try await server.beat("h", "b", #"{"incarnation":"one","sequence":1}"#)
            #expect(try await server.call("DELETE", "/v1/services/\(uuid)").status == 204)
            let late = try await server.call("PUT", path, #"{"incarnation":"one","sequence":2}"#)
            #expect(late.status == 410 && late.code == "service_deleted")
            #expect(try await server.get("/v1/services/\(uuid)").status == 404)
            #expect(try await server.call("PUT", path, #"{"incarnation":"two","sequence":1}"#).status == 200)
        }
    }

    @Test("without auto_register an unknown service is not made")
    func notRegistered() async throws {
        try await TestServer.run { setup in
            setup.liveness.autoRegister = false
        } _: { server in
            let answer = try await server.call("PUT", "/v1/services/h/b/heartbeat")
            #expect(answer.status == 404 && answer.code == "not_registered")
        }
    }

    @Test("with the database away an unknown service is 503, and a known one is heard")
    func databaseAway() async throws {
        try await TestServer.run { server in
            _ = try await server.beat("known", "b", #"{"incarnation":"one","sequence":1}"#)
            server.store.setOutage(StoreError(.unavailable, "away"))
            let unknown = try await server.call("PUT", "/v1/services/unknown/b/heartbeat")
            #expect(unknown.status == 503 && unknown.code == "database_unavailable")
            #expect(unknown.header("Retry-After") != nil)
            let known = try await server.call(
                "PUT",
                "/v1/services/known/b/heartbeat",
                #"{"incarnation":"one","sequence":2}"#
            )
            #expect(known.status == 200)
            let durable = try await server.call(
                "PUT",
                "/v1/services/known/b/heartbeat",
                #"{"incarnation":"one","sequence":3,"durable":true}"#
            )
            #expect(durable.status == 503 && durable.code == "database_unavailable")
            server.store.setOutage(nil)
        }
    }
}
