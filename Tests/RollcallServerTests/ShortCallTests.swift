import HTTPTypes
import LivenessEngine
import Logging
import NIOCore
import Telemetry
import Testing

@testable import RollcallServer

@Suite("What has a short way")
struct ShortCallTests {
    private func names(_ target: String) -> [String]? {
        ServicePath(target, endingIn: "/state").map { path in
            [path.host, path.binary].map { String(decoding: path.bytes[$0], as: UTF8.self) }
        }
    }

    @Test("a plain path says where the two names lie")
    func paths() {
        #expect(names("/v1/services/h1.example/nova-compute/state") == ["h1.example", "nova-compute"])
        #expect(names("/v1/services/a/b/state") == ["a", "b"])
        #expect(names("/v1/services/state/state/state") == ["state", "state"])
        #expect(names("/v1/services/a:b~+/\"\\/state") == ["a:b~+", "\"\\"])
    }

    @Test(
        "every other target is left to the router",
        arguments: [
            "/v1/services/h/b/state?unknown_as=up", "/v1/services/h/b/state?", "/v1/services/h/b?x/state",
            "/v1/services/h%31/b/state", "/v1/services/h/b#x/state", "/v1/services/h/b/state#x",
            "/v1/services//b/state", "/v1/services/h//state", "/v1/services//state", "/v1/services/h/state",
            "/v1/services/state", "/v1/services/h/b/c/state", "/v1/services/h/b/state/", "//v1/services/h/b/state",
            "/V1/services/h/b/state", "/v1/services/h\u{7F}/b/state", "/v1/services/h b/b/state",
            "/v1/services/\u{E4}/b/state", "/state", "", "http://localhost/v1/services/h/b/state",
        ]
    )
    func otherTargets(target: String) {
        #expect(ServicePath(target, endingIn: "/state") == nil)
    }

    @Test("the method belongs to the path")
    func methods() {
        let (state, heartbeat) = ("/v1/services/h/b/state", "/v1/services/h/b/heartbeat")
        #expect(ShortCall(.get, state) != nil && ShortCall(.put, heartbeat) != nil)
        #expect(ShortCall(.post, "/v1/heartbeats") != nil)
        let others: [(HTTPRequest.Method, String)] = [
            (.head, state), (.put, state), (.post, state), (.delete, heartbeat), (.get, heartbeat), (.post, heartbeat),
            (.put, "/v1/heartbeats"), (.post, "/v1/heartbeats?reply=short"), (.post, "/v1/states"),
        ]
        for (method, target) in others {
            #expect(ShortCall(method, target) == nil, "\(method) \(target)")
        }
    }

    @Test("headers that change what is to be done are left to the router")
    func headers() throws {
        let state = try #require(ShortCall(.get, "/v1/services/h/b/state"))
        let heartbeat = try #require(ShortCall(.put, "/v1/services/h/b/heartbeat"))
        let json: HTTPFields = [.contentLength: "2", .contentType: "application/json; charset=utf-8"]
        let plain: [HTTPFields] = [
            [:], [.connection: "Keep-Alive"], [.apiVersion: "1.0"], [.contentLength: "0"], [.accept: "text/html"],
        ]
        for fields in plain {
            #expect(ShortWay.isPlain(state, fields) && ShortWay.isPlain(heartbeat, fields), "\(fields)")
        }
        #expect(ShortWay.isPlain(heartbeat, json) && !ShortWay.isPlain(state, json))
        let others: [HTTPFields] = [
            [.connection: "close"], [.apiVersion: "9.9"], [.apiVersion: "new"], [.contentLength: "2"],
            [.transferEncoding: "chunked"], [.contentLength: "2", .contentType: "text/plain"],
            [.contentLength: "5000000", .contentType: "application/json"],
        ]
        for fields in others {
            #expect(!ShortWay.isPlain(state, fields) && !ShortWay.isPlain(heartbeat, fields), "\(fields)")
        }
    }

    @Test("what the roster or the board settles is answered, and all else is not")
    func replies() async throws {
        try await TestServer.run { server in
            try await server.beat("h", "b")
            let engine = server.engine
            let audit = AuditLog(Logger(label: "audit"), AccessMetrics(server.metrics)) { engine.wall(engine.now) }
            let way = ShortWay(
                engine: engine,
                names: HostNames(ServerSettings(host: "localhost", port: 0)),
                access: AccessControl(),
                audit: audit,
                datagrams: DatagramPort(),
                RequestMetrics(PrometheusMetricsFactory(registry: server.metrics))
            )
            let anybody = Identity.anybody(at: .anyone)

            func reply(_ method: HTTPRequest.Method, _ target: String, _ body: String = "") throws -> [UInt8]? {
                let call = try #require(ShortCall(method, target))
                return way.reply(to: call, way.meet(call, ByteBuffer(string: body), from: anybody, at: nil))
            }

            let state = try #require(try reply(.get, "/v1/services/h/b/state"))
            #expect(String(decoding: state, as: UTF8.self).hasPrefix(#"{"state":"up","reason":"heartbeat","age":"#))
            let answer = try #require(try reply(.put, "/v1/services/h/b/heartbeat"))
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix(#"{"index":0,"host":"h","binary":"b""#))
            #expect(try reply(.put, "/v1/services/h/b/heartbeat", "{}") != nil)

            #expect(try reply(.get, "/v1/services/none/b/state") == nil)
            #expect(try reply(.put, "/v1/services/none/b/heartbeat") == nil)
            for body in ["[]", "{", #"{"report_interval":0}"#, #"{"durable":true}"#] {
                #expect(try reply(.put, "/v1/services/h/b/heartbeat", body) == nil, "\(body)")
            }
        }
    }
}
