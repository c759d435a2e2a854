import HTTPTypes
import LivenessCore
import LivenessEngine
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("Calls through a relay")
struct RelayCallTests {
    private static let body = #"{"heartbeats":[{"host":"h1","binary":"b"},{"host":"h2","binary":"b"}]}"#

    private static func through(_ relay: String) -> [(String, String)] { [("Rollcall-Relay", relay)] }

    private func evidence(_ server: TestServer, _ host: String) async throws -> String {
        let uuid = try await server.uuid(host, "b")
        return try await server.get("/v1/services/\(uuid)/explanation").body
    }

    @Test("the daemon knows through whom a service was last heard, whichever way the call took")
    func known() async throws {
        try await TestServer.run { server in
            // The first goes through the store, the second is settled on the event loop, the third is the router's.
            for headers in [[], [], [("Connection", "close")]] {
                let answer = try await server.call(
                    "POST",
                    "/v1/heartbeats",
                    Self.body,
                    headers: Self.through("r1") + headers
                )
                #expect(answer.status == 200 && answer.json["accepted"]?.integer == 2)
                #expect(try await evidence(server, "h1").contains("through the relay on r1"))
                _ = try await server.beat("h1", "b")
                #expect(try await !evidence(server, "h1").contains("relay"))
                #expect(try await evidence(server, "h2").contains("through the relay on r1"))
            }
            let single = try await server.call(
                "PUT",
                "/v1/services/h2/b/heartbeat",
                headers: Self.through("r2")
            )
            #expect(single.status == 200)
            #expect(try await evidence(server, "h2").contains("through the relay on r2"))
            #expect(server.engine.shared.withLock { $0.relayCount } == 2)
        }
    }

    @Test(
        "a name that is none is refused, and says what is expected",
        arguments: ["", "a/b", "a\u{FFFD}", String(repeating: "n", count: 256)]
    )
    func wrongNames(name: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                "POST",
                "/v1/heartbeats",
                Self.body,
                headers: Self.through(name)
            )
            #expect(answer.status == 400 && answer.code == "malformed", "\(answer)")
            #expect(answer.json["error"]?["detail"]?["field"]?.text == "Rollcall-Relay")
            let message = try #require(answer.json["error"]?["message"]?.text)
            #expect(message.contains("Rollcall-Relay is '\(name)'; expected one name of a host"))
            #expect(server.engine.board.find(host: "h1", binary: "b") == nil)
            #expect(server.engine.shared.withLock { $0.relayCount } == 0)
        }
    }

    @Test("two names are none")
    func twoNames() throws {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .relay, value: "a"))
        #expect(Relay(statedIn: fields)?.host == Array("a".utf8))
        fields.append(HTTPField(name: .relay, value: "b"))
        #expect(Relay(statedIn: fields) == nil)
        let call = try #require(ShortCall(.put, "/v1/services/h/b/heartbeat"))
        #expect(!ShortWay.isPlain(call, fields))
        #expect(throws: APIError.self) { try Relay(of: fields, sentBy: .anybody(at: .anyone)) }
    }

    private func guarded(_ access: AccessControl, _ body: (TestServer) async throws -> Void) async throws {
        try await TestServer.run({ $0.access = access }, body)
    }

    @Test("nobody is a relay who may not report for its host, and each heartbeat takes its own right")
    func access() async throws {
        let identity = Identity(
            name: "rack",
            roles: .reporter,
            hosts: ["h1", "r1"].compactMap { NamePattern($0) },
            binaries: ["b"].compactMap { NamePattern($0) }
        )
        let proof = AccessList.Proof.token(digest: AccessList.digest(of: "reporting"))
        let list = AccessList([AccessList.Credential(proof: proof, identity: identity)])
        try await guarded(AccessControl(list)) { server in
            let token = [("Authorization", "Bearer reporting")]
            for _ in 0..<2 {
                let answer = try await server.call(
                    "POST",
                    "/v1/heartbeats",
                    Self.body,
                    headers: token + Self.through("r1")
                )
                #expect(answer.status == 200 && answer.json["accepted"]?.integer == 1, "\(answer)")
                #expect(answer.json["rejected"]?[0]?["code"]?.text == "forbidden")
                let other = try await server.call(
                    "POST",
                    "/v1/heartbeats",
                    Self.body,
                    headers: token + Self.through("r2")
                )
                #expect(other.status == 403 && other.code == "forbidden", "\(other)")
            }
            #expect(server.engine.shared.withLock { $0.relayCount } == 1)
        }
    }

    @Test("a call that names no relay, or a name that is one, is plain; a wrong one is left to the router")
    func plain() throws {
        let call = try #require(ShortCall(.put, "/v1/services/h/b/heartbeat"))
        #expect(ShortWay.isPlain(call, [.relay: "r1"]))
        #expect(!ShortWay.isPlain(call, [.relay: "a/b"]))
        #expect(!ShortWay.isPlain(call, [.relay: ""]))
    }
}
