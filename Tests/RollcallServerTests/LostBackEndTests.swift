import LivenessCore
import LivenessEngine
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("A lost back end")
struct LostBackEndTests {
    @Test(
        "heartbeats are sent to another daemon with 503, and counted all the same",
        arguments: [
            ("PUT", "/v1/services/h/b/heartbeat", #"{"incarnation":"one","sequence":2}"#),
            (
                "POST", "/v1/heartbeats",
                #"{"heartbeats":[{"host":"h","binary":"b","incarnation":"one","sequence":2}]}"#
            ),
        ]
    )
    func heartbeats(method: String, path: String, body: String) async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b", #"{"incarnation":"one","sequence":1}"#)
            await server.loseBackEnd()
            let before = server.engine.now
            let answer = try await server.call(method, path, body)
            #expect(answer.status == 503 && answer.code == "driver_lost")
            #expect(answer.header("Retry-After").flatMap(Int.init) == 2)
            let service = try #require(server.engine.board.find(host: "h", binary: "b"))
            #expect(server.heardAt(service) >= before)
            server.store.setOutage(nil)
            #expect(await server.engine.flushed([]))
            let next = try await server.call(method, path, body.replacing(#""sequence":2"#, with: #""sequence":3"#))
            #expect(next.status == 200)
        }
    }

    @Test("the daemon stays ready, and says what is lost; asked strictly it is not ready until it is back")
    func readiness() async throws {
        try await TestServer.run { server in
            await server.loseBackEnd()
            #expect(try await server.get("/v1/versions/nobody").json["degraded"] == .bool(true))
            let lenient = try await server.get("/readyz")
            let strict = try await server.get("/readyz?strict")
            #expect(lenient.status == 200 && strict.status == 503)
            #expect(lenient.header("Retry-After") == nil && strict.header("Retry-After") == "2")
            #expect(lenient.code == nil && strict.code == "unavailable")
            for (answer, isReady) in [(lenient, true), (strict, false)] {
                let ready = try WireJSON.decode(ReadinessReply.self, from: .init(answer.body.utf8))
                #expect(ready.ready == isReady)
                #expect(ready.database == .lost && ready.driver == .lost && ready.since != nil)
            }
            #expect(try await server.get("/readyz?strict=false").status == 200)
            server.store.setOutage(nil)
            #expect(await server.engine.flushed([]))
            let back = try await server.get("/readyz?strict")
            let ready = try WireJSON.decode(ReadinessReply.self, from: .init(back.body.utf8))
            #expect(back.status == 200 && ready.ready && ready.database == .ok && ready.since == nil)
        }
    }
}
