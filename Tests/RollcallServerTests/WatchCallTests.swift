import LivenessCore
import RollcallWire
import ServiceLifecycle
import Testing

@testable import LivenessEngine
@testable import RollcallServer

@Suite("Watching")
struct WatchCallTests {
    private func watch(_ server: TestServer, _ query: String = "", _ header: String = "") async throws -> RawConnection
    {
        let connection = try await server.connect()
        connection.send("GET /v1/watch\(query) HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n")
        return connection
    }

    private func events(_ connection: RawConnection, until end: String) async throws -> String {
        try await blocking { connection.receive(until: end) }
    }

    /// The newest revision, once the daemon's own record is written.
    private func revision(_ server: TestServer) async throws -> Int64 {
        #expect(try await server.becomes { server.engine.board.find(host: "daemon-host", binary: "rollcalld") != nil })
        return server.engine.board.head.revision
    }

    @Test("a watcher gets a snapshot, and then each change with its revision")
    func life() async throws {
        try await TestServer.run { server in
            _ = try await revision(server)
            let uuid = try await server.beat("h1", "b")
            let watcher = try await watch(server)
            let snapshot = try await events(watcher, until: #""complete":true}"#)
            #expect(snapshot.lowercased().contains("content-type: text/event-stream"), "\(snapshot)")
            #expect(snapshot.contains("event: snapshot") && snapshot.contains(#""uuid":"\#(uuid)""#), "\(snapshot)")
            #expect(snapshot.contains("id: \(server.engine.board.head.revision)"), "\(snapshot)")
            _ = try await server.beat("h2", "b")
            let change = try await events(watcher, until: #""host":"h2""#)
            #expect(change.contains("event: change"), "\(change)")
            let next = server.engine.board.head.revision
            #expect(change.contains("id: \(next)\n"), "\(change)")
        }
    }

    @Test("who comes back goes on where it was, by its address or by its last event, and misses nothing")
    func resumed() async throws {
        try await TestServer.run { server in
            let start = try await revision(server)
            for number in 1...3 { _ = try await server.beat("h\(number)", "b") }
            let byAddress = try await watch(server, "?since=\(start)")
            let all = try await events(byAddress, until: #""host":"h3""#)
            #expect(!all.contains("event: snapshot") && all.contains(#""host":"h1""#), "\(all)")
            let byEvent = try await watch(server, "?since=0", "Last-Event-ID: \(start + 2)\r\n")
            let rest = try await events(byEvent, until: #""host":"h3""#)
            #expect(!rest.contains(#""host":"h2""#) && !rest.contains("event: snapshot"), "\(rest)")
        }
    }

    @Test("a revision that the log has not, or that is of another log, is answered with a snapshot")
    func unknown() async throws {
        try await TestServer.run { server in
            let start = try await revision(server)
            for query in ["?since=999999", "?since=\(start)&log_id=another"] {
                let watcher = try await watch(server, query)
                let events = try await events(watcher, until: #""complete":true}"#)
                #expect(events.contains("event: snapshot"), "\(events)")
            }
            #expect(try await server.get("/v1/watch?since=x").status == 400)
        }
    }

    @Test("a watcher is told at once, and then as often as it asks, up to when it knows everything")
    func told() async throws {
        try await TestServer.run { server in
            let start = try await revision(server)
            for query in ["?keep_alive=0.5", "?since=\(start)&keep_alive=0.5"] {
                let watcher = try await watch(server, query)
                var told: [Double] = []
                while told.count < 5 {
                    let text = try await events(watcher, until: "\n\n")
                    try #require(!text.isEmpty)
                    told += text.matches(of: /(?m)^: ([0-9.]+)$/).compactMap { Double($0.output.1) }
                }
                // Each says up to when everything was known when the log was asked, a pause before.
                #expect(told == told.sorted() && told[4] >= told[0] + 1, "\(told)")
            }
            for wrong in ["0.4", "16", "x"] {
                #expect(try await server.get("/v1/watch?keep_alive=\(wrong)").status == 400)
            }
        }
    }

    @Test("a large snapshot comes in parts, of which the last has an id")
    func large() async throws {
        try await TestServer.run { server in
            _ = try await revision(server)
            let beats = (1...1_200).map { #"{"host":"h\#($0)","binary":"b"}"# }.joined(separator: ",")
            #expect(
                try await server.call("POST", "/v1/heartbeats?reply=brief", #"{"heartbeats":[\#(beats)]}"#).status
                    == 200
            )
            let watcher = try await watch(server)
            let text = try await events(watcher, until: #""complete":true}"#)
            #expect(text.ranges(of: "event: snapshot").count == 3)
            #expect(text.ranges(of: "id: ").count == 1)
            #expect(text.ranges(of: #""binary":"b""#).count == 1_200)
        }
    }

    @Test("what is lost behind the daemon is told at once, and when it is back")
    func health() async throws {
        try await TestServer.run { server in
            let start = try await revision(server)
            let watcher = try await watch(server, "?since=\(start)")
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 1 })
            await server.loseBackEnd()
            let degraded = try await events(watcher, until: "event: degraded")
            #expect(!degraded.contains("event: snapshot"), "\(degraded)")
            server.store.setOutage(nil)
            #expect(await server.engine.flushed([]))
            _ = try await events(watcher, until: "event: recovered")
        }
    }

    @Test("who falls back further and further reads too slowly, and who catches up does not")
    func lag() {
        func answers(_ rests: [Int64]) -> [Bool] {
            var lag = Watch.Lag()
            return rests.map { lag.grows(to: $0) }
        }
        #expect(answers([50_000, 40_000, 39_999, 39_999, 40_000]) == [false, false, false, false, true])
        #expect(answers([0, 5_000, 10_000, 10_001]) == [false, false, false, true])
    }

    @Test("a watch ends when the daemon stops, and when its client goes")
    func over() async throws {
        try await TestServer.run { server in
            let start = try await revision(server)
            var gone: RawConnection? = try await watch(server, "?since=\(start)")
            #expect(gone != nil)
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 1 })
            gone = nil
            #expect(try await server.becomes { server.metric("rollcall_watch_streams") == 0 })
            #expect(server.metric("rollcall_watch_following") == 0)
            let stays = try await watch(server, "?since=\(start)")
            #expect(try await server.becomes { server.metric("rollcall_watch_following") == 1 })
            await server.services.triggerGracefulShutdown()
            let rest = try await blocking { stays.receiveToEnd() }
            #expect(rest?.hasSuffix("0\r\n\r\n") == true, "\(rest ?? "nothing")")
        }
    }
}
