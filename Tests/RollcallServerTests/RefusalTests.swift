import HTTPTypes
import Hummingbird
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("Refusals")
struct RefusalTests {
    @Test("unknown paths and methods are told in the error document")
    func unrouted() async throws {
        try await TestServer.run { server in
            for path in ["/nothing", "/v1", "/v1/services/a/b/c/d"] {
                let answer = try await server.get(path)
                #expect(answer.status == 404 && answer.code == "not_found", "\(path)")
                #expect(answer.header("Rollcall-API-Version") == "1.0")
            }
            let wrong = try await server.call("DELETE", "/v1/services")
            #expect(wrong.status == 405 && wrong.code == "method_not_allowed")
            #expect(wrong.header("Allow") == "GET, HEAD, POST")
            #expect(try await server.call("POST", "/v1/services/a/b/heartbeat").header("Allow") == "DELETE, PUT")
            #expect(try await server.call("OPTIONS", "/v1/groups").status == 405)
        }
    }

    @Test("HEAD answers like GET without a body")
    func head() async throws {
        try await TestServer.run { server in
            for path in ["/healthz", "/v1/services", "/v1/groups"] {
                let answer = try await server.call("HEAD", path)
                #expect(answer.status == 200 && answer.body.isEmpty, "\(path)")
            }
        }
    }

    @Test("a body needs its media type")
    func mediaType() async throws {
        try await TestServer.run { server in
            let body = #"{"heartbeats":[]}"#
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
                let answer = try await server.call("POST", "/v1/heartbeats", body, headers: [("Content-Type", type)])
                #expect(answer.status == 415 && answer.code == "unsupported_media_type", "\(type)")
            }
            for type in ["application/json", "Application/JSON; charset=utf-8"] {
                let answer = try await server.call("POST", "/v1/heartbeats", body, headers: [("Content-Type", type)])
                #expect(answer.status == 200, "\(type)")
            }
        }
    }

    @Test("a name that is not ours is misdirected")
    func host() async throws {
        try await TestServer.run { setup in
            setup.names = ["Rollcall.example.org"]
        } _: { server in
            for host in ["evil.example", "localhost.evil.example", "127.0.0.2", "[::2]:80"] {
                let answer = try await server.get("/healthz", headers: [("Host", host)])
                #expect(answer.status == 421 && answer.code == "misdirected", "\(host)")
            }
            for host in ["localhost", "LOCALHOST:99", "127.0.0.1:1", "[::1]:8790", "rollcall.example.org"] {
                #expect(try await server.get("/healthz", headers: [("Host", host)]).status == 200, "\(host)")
            }
        }
    }

    @Test("a version that is not spoken here is named with those that are")
    func version() async throws {
        try await TestServer.run { server in
            let name = APIVersion.headerName
            #expect(try await server.get("/healthz", headers: [(name, "1.0")]).status == 200)
            let answer = try await server.get("/healthz", headers: [(name, "2.0")])
            #expect(answer.status == 406 && answer.code == "version_unsupported")
            #expect(answer.json["error"]?["detail"] == ["min": "1.0", "max": "1.0"].value)
            #expect(try await server.get("/healthz", headers: [(name, "new")]).status == 400)
        }
    }

    @Test("the route table and the router agree, and no route hides another")
    func routes() async throws {
        try await TestServer.run { server in
            let router = server.router
            try router.validate()
            let table = RouteTable()
            table.fill(from: router)
            for route in router.routes {
                let path = route.path.description.replacingCaptures(by: "x")
                #expect(table.methods(of: path).contains(route.method.rawValue), "\(route)")
            }
        }
    }
}

extension String {
    func replacingCaptures(by text: String) -> String {
        split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? text : String($0) }.joined(separator: "/")
    }
}
