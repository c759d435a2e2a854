import LivenessCore
import RollcallWire
import ServiceLifecycle
import Testing

@testable import RollcallServer

@Suite("Questions")
struct QuestionCallTests {
    @Test("one state, and many at once")
    func states() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let one = try await server.get("/v1/services/h/b/state")
            #expect(one.json["state"]?.text == "up" && one.json["reason"]?.text == "heartbeat")
            #expect(try await server.get("/v1/services/h/x/state").code == "no_such_service")
            _ = try await server.call("POST", "/v1/services", #"{"host":"new","binary":"b"}"#)
            #expect(try await server.get("/v1/services/new/b/state").json["state"]?.text == "unknown")
            #expect(try await server.get("/v1/services/new/b/state?unknown_as=up").json["state"]?.text == "up")
            #expect(try await server.get("/v1/services/new/b/state?unknown_as=x").status == 400)

            let many = try await server.call(
                "POST",
                "/v1/states",
                #"{"services":[["new","b"],["none","b"],["h","b"]],"unknown_as":"last"}"#
            )
            let reply = try WireJSON.decode(StatesReply.self, from: .init(many.body.utf8))
            #expect(reply.states.map(\.host) == ["new", "none", "h"])
            #expect(reply.states.map(\.state) == [.down, nil, .up])
            #expect(reply.states[1].reason == nil && reply.states[2].age != nil)
            for wrong in [#"{"services":[["a"]]}"#, #"{"services":[["a","b","c"]]}"#, #"{"services":7}"#, "{}", "x"] {
                #expect(try await server.call("POST", "/v1/states", wrong).status == 400, "\(wrong)")
            }
            let names = Array(repeating: #"["h","b"]"#, count: 10_001).joined(separator: ",")
            #expect(try await server.call("POST", "/v1/states", "{\"services\":[\(names)]}").status == 413)
        }
    }

    @Test("why, and what was before")
    func explanation() async throws {
        try await TestServer.run { server in
            let uuid = try await server.beat("h", "b")
            let answer = try await server.get("/v1/services/\(uuid)/explanation")
            let reply = try WireJSON.decode(ExplanationReply.self, from: .init(answer.body.utf8))
            #expect(reply.verdict.state == .up && !reply.evidence.isEmpty && !reply.changesWhen.isEmpty)
            _ = try await server.call("PATCH", "/v1/services/\(uuid)", #"{"zone":"z"}"#)
            let history = try await server.get("/v1/services/\(uuid)/history")
            let rows = try WireJSON.decode(HistoryReply.self, from: .init(history.body.utf8)).transitions
            #expect(rows.map(\.kind) == [.updated, .created])
            #expect(try await server.get("/v1/services/\(uuid)/history?limit=1").json["transitions"]?.count == 1)
            let other = "00000000-0000-4000-8000-000000000000"
            #expect(try await server.get("/v1/services/\(other)/explanation").status == 404)
            #expect(try await server.get("/v1/services/\(other)/history").status == 404)
            #expect(try await server.get("/v1/services/not-a-uuid/history").status == 404)
        }
    }

    @Test("groups and their hosts")
    func groups() async throws {
        try await TestServer.run { server in
            for host in ["h2", "h1", "h3"] { try await server.beat(host, "nova-compute") }
            _ = try await server.call("DELETE", "/v1/services/h3/nova-compute/heartbeat")
            let groups = try WireJSON.decode(
                GroupsReply.self,
                from: .init(try await server.get("/v1/groups").body.utf8)
            ).groups
            #expect(groups.contains(WireGroup(topic: "compute", zone: "nova", up: 2, down: 1, unknown: 0)))
            let up = try await server.get("/v1/groups/compute/up")
            #expect(up.json["hosts"] == .array(["h1", "h2"]))
            let tag = try #require(up.header("ETag"))
            #expect(try await server.get("/v1/groups/compute/up", headers: [("If-None-Match", tag)]).status == 304)
            let text = try await server.get("/v1/groups/compute/up", headers: [("Accept", "text/plain")])
            #expect(text.body == "h1\nh2\n")
            #expect(try await server.get("/v1/groups/compute/up?zone=other").json["hosts"]?.count == 0)
            #expect(try await server.get("/v1/groups/nothing/up").json["hosts"]?.count == 0)
        }
    }

    @Test("versions, and who holds the lowest")
    func versions() async throws {
        try await TestServer.run { server in
            try await server.beat("h1", "nova-compute", #"{"version":66}"#)
            try await server.beat("h2", "nova-compute", #"{"version":70}"#)
            let forced = try await server.beat("h3", "nova-compute", #"{"version":1}"#)
            _ = try await server.call("PATCH", "/v1/services/\(forced)", #"{"forced_down":true}"#)
            let answer = try await server.get("/v1/versions/nova-compute")
            let reply = try WireJSON.decode(VersionsReply.self, from: .init(answer.body.utf8))
            #expect(reply.min == 66 && reply.max == 70)
            #expect(reply.counts == [VersionCount(version: 66, count: 1), VersionCount(version: 70, count: 1)])
            #expect(reply.minimumHeldBy.map(\.host) == ["h1"] && !reply.isDegraded)
            try await server.beat("h4", "nova-compute", #"{"version":66}"#)
            let one = try await server.get("/v1/versions/nova-compute?limit=1")
            let cut = try WireJSON.decode(VersionsReply.self, from: .init(one.body.utf8))
            #expect(cut.minimumHeldBy.map(\.host) == ["h1"] && cut.counts.first?.count == 2)
            #expect(try await server.get("/v1/versions/nova-compute?limit=0").status == 400)
            _ = try await server.call("DELETE", "/v1/services/h4/nova-compute/heartbeat")
            _ = try await server.call("DELETE", "/v1/services/h1/nova-compute/heartbeat")
            #expect(try await server.get("/v1/versions/nova-compute?state=up").json["min"]?.integer == 70)
            let none = try await server.get("/v1/versions/nothing")
            #expect(none.json["min"] == .null && none.json["counts"]?.count == 0)
        }
    }

    @Test("transitions are read from a revision on, and waited for")
    func transitions() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let first = try WireJSON.decode(
                TransitionsReply.self,
                from: .init(try await server.get("/v1/transitions").body.utf8)
            )
            #expect(first.transitions.contains { $0.host == "h" && $0.kind == .created })
            #expect(first.transitions.map(\.revision) == Array(1...Int64(first.transitions.count)))
            #expect(first.revision == Int64(first.transitions.count) && first.logID == "log-of-the-test")
            async let waiting = server.get("/v1/transitions?since=\(first.revision)&wait=20")
            try await server.beat("later", "b")
            let second = try await waiting
            #expect(second.json["transitions"]?[0]?["revision"]?.integer == first.revision + 1)

            let future = try await server.get("/v1/transitions?since=1000000")
            #expect(future.status == 410 && future.code == "revision_unknown")
            #expect(future.json["error"]?["detail"]?["log_id"]?.text == "log-of-the-test")
            #expect(try await server.get("/v1/transitions?since=0&log_id=other").status == 410)
            for query in ["since=-1", "since=x", "wait=61", "wait=-1", "wait=nan", "limit=0"] {
                #expect(try await server.get("/v1/transitions?\(query)").status == 400, "\(query)")
            }
        }
    }

    @Test("daemons, driver and health")
    func operations() async throws {
        try await TestServer.run { server in
            let daemons = try WireJSON.decode(
                DaemonsReply.self,
                from: .init(try await server.get("/v1/daemons").body.utf8)
            ).daemons
            #expect(daemons.map(\.id) == ["rollcalld"] && daemons.first?.differingSettings == [])
            let own = try await server.call("POST", "/v1/daemons/rollcalld/retire")
            #expect(own.status == 409 && own.code == "daemon_lives")
            #expect(try await server.call("POST", "/v1/daemons/a%2Fb/retire").code == "no_such_daemon")
            let drivers = try WireJSON.decode(
                DriversReply.self,
                from: .init(try await server.get("/v1/drivers").body.utf8)
            ).drivers
            #expect(drivers.map(\.name) == ["memory"] && drivers.first?.health == .ok)
            #expect(drivers.first?.deciding == true && drivers.first?.disagreements == 0)
            let none = try await server.get("/v1/drivers/disagreements?limit=5")
            #expect(none.json["count"]?.integer == 0 && none.json["disagreements"]?.count == 0)
            #expect(try await server.get("/v1/drivers/disagreements?limit=0").code == "malformed")
            let change = "/v1/drivers/switch"
            #expect(try await server.call("POST", change, #"{"driver":"memory"}"#).status == 200)
            let wrong = try await server.call("POST", change, #"{"driver":"redis"}"#)
            #expect(wrong.status == 400 && wrong.body.contains("redis"))
            #expect(try await server.call("POST", change, "{}").status == 400)
            let absent = try await server.call("POST", change, #"{"driver":"zookeeper","force":true}"#)
            #expect(absent.status == 409 && absent.code == "driver_not_running")
            #expect(try await server.get("/healthz").status == 200)
            for path in ["/readyz", "/readyz?strict"] {
                let answer = try await server.get(path)
                let ready = try WireJSON.decode(ReadinessReply.self, from: .init(answer.body.utf8))
                #expect(answer.status == 200 && ready.ready && ready.database == .ok && ready.since == nil)
            }
            let metrics = try await server.get("/metrics")
            #expect(metrics.status == 200 && metrics.body.contains("rollcall_metrics_refused_total"))
            #expect(metrics.header("Content-Type")?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(try await server.get("/openapi.yaml").body.hasPrefix("openapi: 3.1"))
        }
    }

    @Test("requests are counted by route, and nothing that a client chooses becomes a label")
    func measured() async throws {
        try await TestServer.run { server in
            _ = try await server.get("/v1/services/some-host/some-binary/state")
            _ = try await server.get("/v1/some-path")
            let text = try await server.get("/metrics").body
            let route = "/v1/services/{key}/{binary}/state"
            #expect(text.contains("route=\"\(route)\"") && text.contains("status=\"4xx\""))
            #expect(text.contains("rollcall_http_request_duration_seconds_bucket"))
            #expect(!text.contains("some-"))
        }
    }

    @Test("who waits for a transition is answered when the daemon stops")
    func waitingAtTheEnd() async throws {
        try await TestServer.run { server in
            let connection = try await server.connect()
            connection.send(try await server.patientQuestion())
            await server.readPass.pass()
            await server.services.triggerGracefulShutdown()
            let answer = try await blocking { connection.receiveToEnd() }
            #expect(answer?.hasPrefix("HTTP/1.1 200") == true)
        }
    }

    @Test("who waits for a transition and closes its side is answered at once", arguments: [false, true])
    func waitingAlone(closesFirst: Bool) async throws {
        try await TestServer.run { server in
            let connection = try await server.connect()
            connection.send(try await server.patientQuestion())
            if !closesFirst { await server.readPass.pass() }
            connection.finishSending()
            let answer = try await blocking { connection.receiveToEnd() }
            #expect(answer?.hasPrefix("HTTP/1.1 200") == true)
            #expect(answer?.contains(#""transitions":[]"#) == true)
        }
    }

    @Test("a wait ends with its connection, finished or reset", arguments: [false, true])
    func abandonedWait(isReset: Bool) async throws {
        try await TestServer.run { server in
            var connection: RawConnection? = try await server.connect()
            connection?.send(try await server.patientQuestion())
            #expect(try await server.becomes { server.metric("rollcall_http_connections") == 1 })
            await server.readPass.pass()
            if isReset { connection?.resetWhenClosed() }
            connection = nil
            #expect(try await server.becomes { server.metric("rollcall_http_connections") == 0 })
        }
    }

    @Test("who closes its side after an ordinary question is answered")
    func halfClosed() async throws {
        try await TestServer.run { server in
            let connection = try await server.connect()
            connection.send("GET /v1/groups HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connection.finishSending()
            let answer = try await blocking { connection.receiveToEnd() }
            #expect(answer?.hasPrefix("HTTP/1.1 200") == true)
            #expect(answer?.contains(#""groups":["#) == true)
        }
    }
}
