import LivenessCore
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("The brake over HTTP")
struct BrakeCallTests {
    @Test("a brake is shown with its numbers, and released by its scope or with all others")
    func brake() async throws {
        try await TestServer.run { server in
            #expect(try await server.get("/v1/brake").json["brakes"]?.count == 0)
            for number in 0..<12 { try await server.beat("h\(number)", "nova-compute") }
            for number in 0..<7 {
                let path = "/v1/services/h\(number)/nova-compute/heartbeat?reason=failed&message=full"
                #expect(try await server.call("DELETE", path).status == 204)
            }
            let first = try await server.get("/v1/services/h0/nova-compute/state")
            let last = try await server.get("/v1/services/h6/nova-compute/state")
            #expect(first.json["reason"]?.text == "reported_failed")
            #expect(last.json["reason"]?.text == "mass_failure")

            let answer = try await server.get("/v1/brake")
            let reply = try WireJSON.decode(BrakesReply.self, from: .init(answer.body.utf8))
            #expect(reply.brakes.map(\.scope).sorted() == ["compute/nova", "fleet"])
            #expect(reply.brakes.allSatisfy { $0.silent == 7 && $0.releasedAt == nil && $0.by == nil })
            #expect(reply.brakes.map(\.members).sorted().first == 12)

            let release = "/v1/brake/release"
            let wrong = try await server.call("POST", release, #"{"scope":"compute"}"#)
            #expect(wrong.status == 400 && wrong.body.contains("TOPIC/ZONE"))
            #expect(try await server.call("POST", release, #"{"scope":7}"#).status == 400)
            #expect(try await server.call("POST", release, #"{"scope":"a/b"}"#).code == "no_such_brake")
            let one = try await server.call("POST", release, #"{"scope":"compute/nova"}"#)
            #expect(one.status == 200 && one.json["brakes"]?.count == 1)
            #expect(try await server.call("POST", release, #"{"scope":"compute/nova"}"#).code == "no_such_brake")
            #expect(try await server.call("POST", release, "{}").json["brakes"]?.count == 1)
            #expect(try await server.call("POST", release, "{}").json["brakes"]?.count == 0)
        }
    }
}
