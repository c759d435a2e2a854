import LivenessCore
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("Service calls")
struct ServiceCallTests {
    @Test("a service is registered, listed, edited under its tag and deleted")
    func life() async throws {
        try await TestServer.run { server in
            let began = ContinuousClock.now
            let uuid = try await server.beat("h1", "nova-compute", #"{"version":70}"#)
            let list = try await server.get("/v1/services?host=h1")
            let reply = try WireJSON.decode(ServicesReply.self, from: .init(list.body.utf8))
            let service = try #require(reply.services.first)
            #expect(reply.services.count == 1 && reply.logID == "log-of-the-test" && reply.revision >= 1)
            #expect(service.uuid == uuid && service.topic == "compute" && service.zone == "nova")
            #expect(service.state == .up && service.version == 70 && service.reportInterval == 10)
            #expect(service.driver == "memory" && service.lastState == nil && !service.forcedDown)
            #expect(service.age.map { $0 >= 0 && $0 <= (ContinuousClock.now - began) / .seconds(1) } == true)
            #expect(service.createdAt != nil && service.updatedAt == nil)
            #expect(service.unknownFields.isEmpty)

            let one = try await server.get("/v1/services/\(uuid)")
            let tag = try #require(one.header("ETag"))
            _ = try await server.beat("h1", "nova-compute", #"{"version":70}"#)
            #expect(try await server.get("/v1/services/\(uuid)").header("ETag") == tag)

            let edit = #"{"status":"disabled","disabled_reason":"disk"}"#
            let edited = try await server.call("PATCH", "/v1/services/\(uuid)", edit, headers: [("If-Match", tag)])
            #expect(edited.status == 200 && edited.json["disabled_reason"]?.text == "disk")
            #expect(edited.json["state"]?.text == "up")
            let again = try await server.call("PATCH", "/v1/services/\(uuid)", edit, headers: [("If-Match", tag)])
            #expect(again.status == 409 && again.code == "edit_conflict")
            #expect(again.json["error"]?["detail"]?["etag"]?.text == edited.header("ETag"))

            #expect(try await server.call("DELETE", "/v1/services/\(uuid)").status == 204)
            #expect(try await server.call("DELETE", "/v1/services/\(uuid)").code == "no_such_service")
            #expect(try await server.call("PATCH", "/v1/services/\(uuid)", "{}").status == 404)
        }
    }

    @Test("a record is created once")
    func create() async throws {
        try await TestServer.run { server in
            let body = #"{"host":"h","binary":"b","topic":"t","zone":"z","status":"disabled","disabled_reason":"new"}"#
            let created = try await server.call("POST", "/v1/services", body)
            #expect(created.status == 201)
            #expect(created.json["state_reason"]?.text == "never_reported")
            #expect(created.json["zone"]?.text == "z" && created.json["status"]?.text == "disabled")
            let location = try #require(created.header("Location"))
            #expect(try await server.get(location).status == 200)
            let twice = try await server.call("POST", "/v1/services", body)
            #expect(twice.status == 409 && twice.code == "already_exists")
            for (wrong, field) in [
                (#"{"host":"h2"}"#, "binary"), (#"{"host":"","binary":"b"}"#, "host"),
                (#"{"host":"h2","binary":"b/c"}"#, "binary"), (#"{"host":7,"binary":"b"}"#, "host"),
                (#"{"host":"h2","binary":"b","status":"on"}"#, "status"),
                (#"{"host":"h2","binary":"b","disabled_reason":"x"}"#, "disabled_reason"),
            ] {
                let answer = try await server.call("POST", "/v1/services", wrong)
                #expect(answer.status == 400, "\(wrong)")
                #expect(answer.json["error"]?["detail"]?["field"]?.text == field, "\(wrong)")
            }
        }
    }

    @Test("forcing down and lifting it")
    func forcedDown() async throws {
        try await TestServer.run { server in
            let uuid = try await server.beat("h", "b")
            let down = try await server.call(
                "PATCH",
                "/v1/services/\(uuid)",
                #"{"forced_down":true,"forced_down_reason":"fenced","forced_down_until":600}"#
            )
            #expect(down.json["state"]?.text == "down" && down.json["state_reason"]?.text == "forced_down")
            #expect(down.json["forced_down_by"]?.text == "anonymous@127.0.0.1")
            #expect(down.json["forced_down_until"]?.text != nil)
            let minutes = try await server.call("PATCH", "/v1/services/\(uuid)", #"{"forced_down_until":"10m"}"#)
            #expect(minutes.status == 200)
            let instant = try await server.call(
                "PATCH",
                "/v1/services/\(uuid)",
                #"{"forced_down_until":"2099-01-01T00:00:00Z"}"#
            )
            #expect(instant.json["forced_down_until"]?.text == "2099-01-01T00:00:00.000000Z")
            let over = try await server.call(
                "PATCH",
                "/v1/services/\(uuid)",
                #"{"forced_down_until":"2020-01-01T00:00:00Z"}"#
            )
            #expect(over.status == 400 && over.json["error"]?["detail"]?["field"]?.text == "forced_down_until")
            let explanation = try await server.get("/v1/services/\(uuid)/explanation")
            #expect(explanation.body.contains("the forced down expires, in "), "\(explanation.body)")
            _ = try await server.beat("h", "b")
            #expect(try await server.get("/v1/services/h/b/state").json["state"]?.text == "down")
            let up = try await server.call("PATCH", "/v1/services/\(uuid)", #"{"forced_down":false}"#)
            #expect(up.json["state"]?.text == "up" && up.json["forced_down_reason"] == .null)
        }
    }

    @Test(
        "a wrong patch changes nothing and names the field",
        arguments: [
            (#"{"status":"up"}"#, "status"), (#"{"status":null}"#, "status"), (#"{"stat":1}"#, "stat"),
            (#"{"disabled_reason":"x"}"#, "disabled_reason"),
            (#"{"status":"disabled","disabled_reason":""}"#, "disabled_reason"),
            (#"{"forced_down":"yes"}"#, "forced_down"), (#"{"forced_down_until":60}"#, "forced_down_until"),
            (#"{"forced_down":true,"forced_down_until":-1}"#, "forced_down_until"),
            (#"{"forced_down":true,"forced_down_until":"soon"}"#, "forced_down_until"),
            (#"{"zone":""}"#, "zone"), (#"{"zone":"a/b"}"#, "zone"), (#"{"zone":"z","status":"x"}"#, "status"),
        ]
    )
    func wrongPatch(_ patch: String, _ field: String) async throws {
        try await TestServer.run { server in
            let uuid = try await server.beat("h", "b")
            let before = try await server.get("/v1/services/\(uuid)?")
            let answer = try await server.call("PATCH", "/v1/services/\(uuid)", patch)
            #expect(answer.status == 400 && answer.code == "malformed")
            #expect(answer.json["error"]?["detail"]?["field"]?.text == field)
            let after = try await server.get("/v1/services/\(uuid)")
            #expect(after.header("ETag") == before.header("ETag"))
        }
    }

    @Test("edits with the database away are 503")
    func databaseAway() async throws {
        try await TestServer.run { server in
            let uuid = try await server.beat("h", "b")
            server.store.setOutage(StoreError(.unavailable, "away"))
            for (method, path, body) in [
                ("PATCH", "/v1/services/\(uuid)", #"{"zone":"z"}"#), ("DELETE", "/v1/services/\(uuid)", nil),
                ("POST", "/v1/services", #"{"host":"x","binary":"y"}"#),
                ("DELETE", "/v1/services/h/b/heartbeat", nil), ("GET", "/v1/daemons", nil),
                ("GET", "/v1/services/\(uuid)/history", nil),
            ] as [(String, String, String?)] {
                let answer = try await server.call(method, path, body)
                #expect(answer.status == 503 && answer.code == "database_unavailable", "\(method) \(path)")
                #expect(answer.header("Retry-After") != nil)
            }
            #expect(try await server.get("/v1/services").status == 200)
            server.store.setOutage(nil)
        }
    }

    @Test("lists are ordered by host, then binary, and paged by the last uuid")
    func paging() async throws {
        try await TestServer.run { server in
            let names = [("b", "2"), ("a", "1"), ("c", "0"), ("a", "2"), ("ab", "0"), ("B", "9")]
            for (host, binary) in names { try await server.beat(host, binary) }
            let expected = ["B/9", "a/1", "a/2", "ab/0", "b/2", "c/0"]
            func list(_ answer: Answer) throws -> [String] {
                try WireJSON.decode(ServicesReply.self, from: .init(answer.body.utf8)).services
                    .filter { $0.binary != "rollcalld" }.map { "\($0.host)/\($0.binary)" }
            }
            #expect(try list(try await server.get("/v1/services")) == expected)
            var marker = ""
            var seen: [String] = []
            repeat {
                let page = try await server.get("/v1/services?limit=2\(marker)")
                seen += try list(page)
                guard let next = page.json["next_marker"]?.text else { break }
                marker = "&marker=\(next)"
            } while true
            #expect(seen == expected)
            // What comes and goes keeps its place.
            #expect(try await server.call("DELETE", "/v1/services/\(try await server.uuid("ab", "0"))").status == 204)
            try await server.beat("aa", "x")
            #expect(try list(try await server.get("/v1/services")) == ["B/9", "a/1", "a/2", "aa/x", "b/2", "c/0"])
        }
    }

    @Test("filters are exact, repeatable and combined")
    func filters() async throws {
        try await TestServer.run { server in
            try await server.beat("h1", "nova-compute", #"{"zone":"z1"}"#)
            try await server.beat("h2", "nova-compute", #"{"zone":"z2"}"#)
            try await server.beat("h1", "nova-conductor")
            _ = try await server.call("DELETE", "/v1/services/h2/nova-compute/heartbeat")
            func count(_ query: String) async throws -> Int {
                try await server.get("/v1/services?\(query)").json["services"]?.count ?? -1
            }
            #expect(try await count("host=h1") == 2)
            #expect(try await count("host=h1&host=h2") == 3)
            #expect(try await count("host=h") == 0)
            #expect(try await count("host=h1&host=h2&binary=nova-compute") == 2)
            #expect(try await count("topic=compute&zone=z1&zone=z2") == 2)
            #expect(try await count("topic=compute&state=up") == 1)
            #expect(try await count("topic=compute&state=up&state=down") == 2)
            #expect(try await count("topic=compute&status=disabled") == 0)
            #expect(try await count("nonsense=1&topic=conductor") == 1)
            for query in [
                "state=dead", "status=on", "limit=0", "limit=100001", "limit=x", "marker=x", "unknown_as=maybe",
                "fields=uuid,nonsense", "marker=00000000-0000-4000-8000-000000000000",
            ] {
                let answer = try await server.get("/v1/services?\(query)")
                #expect(answer.status == 400 && answer.code == "malformed", "\(query)")
            }
            let some = try await server.get("/v1/services?fields=state,host&host=h1&limit=1")
            #expect(some.json["services"]?[0] == ["host": "h1", "state": "up"].value)
        }
    }

    @Test("a list's tag covers state and record, and not heartbeats")
    func listTag() async throws {
        try await TestServer.run { server in
            let uuid = try await server.beat("h", "b")
            let path = "/v1/services?host=h"
            let tag = try #require(try await server.get(path).header("ETag"))
            func isUnchanged() async throws -> Bool {
                let answer = try await server.get(path, headers: [("If-None-Match", tag)])
                #expect(answer.status == 200 || answer.body.isEmpty)
                return answer.status == 304
            }
            #expect(try await isUnchanged())
            try await server.beat("h", "b", #"{"durable":true}"#)
            try await server.beat("elsewhere", "b")
            #expect(try await isUnchanged())
            _ = try await server.call("PATCH", "/v1/services/\(uuid)", #"{"zone":"other"}"#)
            #expect(try await !isUnchanged())
            let second = try #require(try await server.get(path).header("ETag"))
            _ = try await server.call("DELETE", "/v1/services/h/b/heartbeat")
            #expect(try await server.get(path, headers: [("If-None-Match", second)]).status == 200)
            #expect(try await server.get(path, headers: [("If-None-Match", "\"x\", *")]).status == 304)
        }
    }

    @Test("every field of the wire type is written, under its name")
    func fieldNames() {
        #expect(ServiceField.allCases.map(\.name) == WireService.fieldNames)
        for field in ServiceField.allCases {
            let words = "\(field)".map { $0.isUppercase ? "_\($0.lowercased())" : "\($0)" }.joined()
            #expect(words == field.name)
        }
    }

    @Test("a long list comes whole and in pieces")
    func longList() async throws {
        try await TestServer.run { server in
            let count = 3_000
            for start in stride(from: 0, to: count, by: 1_000) {
                let entries = (start..<(start + 1_000)).map { #"{"host":"host-\#($0)","binary":"b"}"# }
                let body = "{\"heartbeats\":[\(entries.joined(separator: ","))]}"
                #expect(try await server.call("POST", "/v1/heartbeats?reply=brief", body).status == 200)
            }
            let answer = try await server.get("/v1/services?binary=b")
            let reply = try WireJSON.decode(ServicesReply.self, from: .init(answer.body.utf8))
            #expect(reply.services.count == count)
            #expect(
                reply.services.map(\.host)
                    == reply.services.map(\.host).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            )
        }
    }
}
