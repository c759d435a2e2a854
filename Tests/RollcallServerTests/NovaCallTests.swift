import LivenessCore
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("Nova's calls")
struct NovaCallTests {
    private static func version(_ text: String) -> [(String, String)] { [("OpenStack-API-Version", "compute \(text)")] }

    private func services(_ server: TestServer, _ query: String, _ version: String) async throws -> [WireValue] {
        let reply = try await server.call("GET", "/v2.1/os-services\(query)", headers: Self.version(version))
        #expect(reply.status == 200, "\(reply.body)")
        return reply.json["services"]?.items ?? []
    }

    @Test("clients find the version with and without a slash, and where they are")
    func discovery() async throws {
        try await TestServer.run { server in
            for path in ["/v2.1", "/v2.1/"] {
                let reply = try await server.get(path)
                #expect(reply.status == 200)
                let version = try #require(reply.json["version"])
                #expect(version["id"]?.text == "v2.1" && version["version"]?.text == "2.75")
                #expect(version["min_version"]?.text == "2.1" && version["status"]?.text == "CURRENT")
                let link = version["links"]?.items.first?["href"]?.text
                #expect(link?.hasPrefix("http://127.0.0.1:") == true && link?.hasSuffix("/v2.1/") == true)
            }
            let versions = try await server.get("/")
            #expect(versions.status == 200 && versions.json["versions"]?.items.count == 1)
        }
    }

    @Test("a list has the fields of its version, and leaves out what Nova does")
    func list() async throws {
        try await TestServer.run { server in
            let uuid = try await server.beat("h1", "nova-compute")
            _ = try await server.beat("h2", "nova-scheduler")
            for hidden in ["nova-osapi_compute", "nova-metadata", "rollcalld"] {
                _ = try await server.beat("h3", hidden)
            }
            let oldest = try await services(server, "", "2.1")
            #expect(oldest.map { $0["host"]?.text } == ["h1", "h2"])
            let first = try #require(oldest.first)
            guard case .integer = first["id"] else {
                Issue.record("\(first)")
                return
            }
            #expect(first["state"]?.text == "up" && first["status"]?.text == "enabled" && first["zone"]?.text == "nova")
            #expect(first["forced_down"] == nil && first["disabled_reason"] == .null)
            #expect(first["updated_at"]?.text?.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/#) != nil)
            #expect(try await services(server, "", "2.11").first?["forced_down"] == false)
            let newest = try await services(server, "?binary=nova-compute&host=h1", "latest")
            #expect(newest.map { $0["id"]?.text } == [uuid])
            #expect(try await services(server, "?host=h2&nonsense=1", "2.74").count == 1)
            let strict = try await server.call("GET", "/v2.1/os-services?nonsense=1", headers: Self.version("2.75"))
            #expect(strict.status == 400)
            #expect(strict.json["badRequest"]?["message"]?.text?.contains("'nonsense' was unexpected") == true)
        }
    }

    @Test("either header names the version, replies say which, and one that is none or too high is refused")
    func versions() async throws {
        try await TestServer.run { server in
            let legacy = try await server.call(
                "GET",
                "/v2.1/os-services",
                headers: [("X-OpenStack-Nova-API-Version", "2.26")]
            )
            #expect(legacy.header("X-OpenStack-Nova-API-Version") == "2.26")
            #expect(legacy.header("OpenStack-API-Version") == "compute 2.26")
            #expect(legacy.header("Vary")?.contains("OpenStack-API-Version") == true)
            let several = try await server.call(
                "GET",
                "/v2.1/os-services",
                headers: [("OpenStack-API-Version", "compute 2.1,identity 3.1,\tcompute  2.53 ")]
            )
            #expect(several.header("OpenStack-API-Version") == "compute 2.53")
            #expect(try await server.get("/v2.1/os-services").header("OpenStack-API-Version") == "compute 2.1")
            for (text, status) in [
                ("2.076", 400), ("two", 400), ("2.76", 406), ("3.0", 406), ("2.0", 406),
                ("2.99999999999999999999", 406), ("0.5", 400), ("2.1 x", 400),
            ] {
                let reply = try await server.call("GET", "/v2.1/os-services", headers: Self.version(text))
                #expect(reply.status == status, "\(text)")
                #expect(reply.json[status == 400 ? "badRequest" : "computeFault"]?["code"] == .integer(Int64(status)))
            }
        }
    }

    @Test("before 2.53 a verb changes a service by its host and binary")
    func verbs() async throws {
        try await TestServer.run { server in
            _ = try await server.beat("h1", "nova-compute")
            let name = #""host":"h1","binary":"nova-compute""#
            func put(_ verb: String, _ more: String, _ version: String) async throws -> Answer {
                try await server.call(
                    "PUT",
                    "/v2.1/os-services/\(verb)",
                    "{\(name)\(more)}",
                    headers: Self.version(version)
                )
            }
            let reason = try await put("disable-log-reason", #","disabled_reason":"fan""#, "2.1")
            #expect(reason.status == 200 && reason.json["service"]?["disabled_reason"]?.text == "fan", "\(reason.body)")
            #expect(try await services(server, "", "2.1").first?["status"]?.text == "disabled")
            #expect(try await put("disable-log-reason", "", "2.1").status == 400)
            let enabled = try await put("enable", "", "2.1")
            #expect(enabled.json["service"]?["status"]?.text == "enabled")
            #expect(try await services(server, "", "2.1").first?["disabled_reason"] == .null)
            #expect(try await put("disable", "", "2.52").json["service"]?["status"]?.text == "disabled")
            #expect(try await put("disable-log-reason", #","disabled_reason":"fan""#, "2.1").status == 200)
            #expect(try await put("disable", #","disabled_reason":"x""#, "2.1").status == 200)
            #expect(try await services(server, "", "2.1").first?["disabled_reason"] == .null)
            let early = try await put("force-down", "", "2.10")
            #expect(early.status == 404 && early.json["itemNotFound"]?["message"]?.text == "Unknown action")
            #expect(try await put("force-down", #","forced_down":true"#, "2.10").status == 400)
            let down = try await put("force-down", #","forced_down":"yes""#, "2.11")
            #expect(down.status == 200 && down.json["service"]?["forced_down"] == true, "\(down.body)")
            #expect(try await services(server, "", "2.11").first?["state"]?.text == "down")
            #expect(try await put("force-down", "", "2.11").status == 400)
            #expect(try await put("enable", #","extra":1"#, "2.1").status == 400)
            #expect(try await put("enable", #","forced_down":true"#, "2.11").status == 200)
            #expect(try await put("enable", #","disabled_reason":5"#, "2.1").status == 400)
            let late = try await put("enable", "", "2.53")
            #expect(late.json["badRequest"]?["message"]?.text?.contains("('binary', 'host' were unexpected)") == true)
            let unknown = try await server.call(
                "PUT",
                "/v2.1/os-services/enable",
                #"{"host":"h9","binary":"b"}"#,
                headers: Self.version("2.1")
            )
            #expect(unknown.status == 404 && unknown.json["itemNotFound"]?["code"] == 404)
        }
    }

    @Test("from 2.53 on a service is changed and deleted by its UUID")
    func byUUID() async throws {
        try await TestServer.run { server in
            let uuid = try await server.beat("h1", "nova-compute")
            func put(_ body: String) async throws -> Answer {
                try await server.call("PUT", "/v2.1/os-services/\(uuid)", body, headers: Self.version("2.53"))
            }
            let disabled = try await put(#"{"status":"disabled","disabled_reason":"fan"}"#)
            #expect(disabled.status == 200 && disabled.json["service"]?["id"]?.text == uuid, "\(disabled.body)")
            #expect(disabled.json["service"]?["disabled_reason"]?.text == "fan")
            let down = try await put(#"{"forced_down":true}"#)
            #expect(
                down.json["service"]?["state"]?.text == "down" && down.json["service"]?["status"]?.text == "disabled"
            )
            #expect(try await put(#"{"status":"enabled","forced_down":false}"#).json["service"]?["state"]?.text == "up")
            for wrong in [
                "{}", #"{"disabled_reason":"fan"}"#, #"{"status":"enabled","disabled_reason":"fan"}"#,
                #"{"status":"on"}"#,
                #"{"forced_down":2}"#, #"{"forced_down":true,"host":"h1"}"#, "[]",
                #"{"status":"disabled","disabled_reason":""}"#,
            ] {
                let reply = try await put(wrong)
                #expect(reply.status == 400 && reply.json["badRequest"] != nil, "\(wrong): \(reply.body)")
            }
            #expect(
                try await put(#"{"status":"disabled","disabled_reason":"fan\n 2"}"#).json["service"]?[
                    "disabled_reason"
                ]?.text == "fan  2"
            )
            #expect(try await put(#"{"status":"disabled"}"#).json["service"]?["disabled_reason"] == .null)
            let nobody = "/v2.1/os-services/10000000-0000-4000-8000-000000000000"
            #expect(try await server.call("PUT", nobody, "{}", headers: Self.version("2.53")).status == 404)
            let large = #"{"status":""# + String(repeating: "x", count: 100_000) + #""}"#
            #expect(try await put(large).status == 413)
            #expect(try await server.call("DELETE", nobody, headers: Self.version("2.53")).status == 404)
            #expect(try await server.call("DELETE", "/v2.1/os-services/7", headers: Self.version("2.53")).status == 400)
            #expect(
                try await server.call("DELETE", "/v2.1/os-services/\(uuid)", headers: Self.version("2.53")).status
                    == 204
            )
            #expect(try await services(server, "", "2.53").isEmpty)
        }
    }

    @Test("before 2.53 a service is deleted by the number that its list shows")
    func byNumber() async throws {
        try await TestServer.run { server in
            _ = try await server.beat("h1", "nova-compute")
            _ = try await server.beat("h1", "rollcalld")
            let own = try await server.get("/v1/services?binary=rollcalld&fields=uuid").json["services"]?.items.first
            let path = "/v2.1/os-services/\(own?["uuid"]?.text ?? "")"
            #expect(try await server.call("DELETE", path, headers: Self.version("2.53")).status == 404)
            guard case .integer(let number)? = try await services(server, "", "2.1").first?["id"] else {
                Issue.record("no number")
                return
            }
            #expect(try await server.call("DELETE", "/v2.1/os-services/\(number)").status == 204)
            #expect(try await server.call("DELETE", "/v2.1/os-services/\(number)").status == 404)
            #expect(try await server.call("DELETE", "/v2.1/os-services/x").status == 400)
        }
    }

    @Test("what is refused before Nova's code is reached is a fault of Nova's as well")
    func faults() async throws {
        try await TestServer.run { server in
            let nowhere = try await server.get("/v2.1/servers")
            #expect(nowhere.status == 404 && nowhere.json["itemNotFound"] != nil)
            let method = try await server.call("POST", "/v2.1/os-services", "{}")
            #expect(method.status == 405 && method.json["badMethod"] != nil && method.header("Allow") == "GET, HEAD")
            let text = try await server.call(
                "PUT",
                "/v2.1/os-services/enable",
                "{}",
                headers: [("Content-Type", "text/plain")]
            )
            #expect(text.status == 415 && text.json["badMediaType"] != nil)
            let host = try await server.call("GET", "/v2.1/os-services", headers: [("Host", "elsewhere")])
            #expect(host.status == 421 && host.json["computeFault"] != nil)
            #expect(try await server.get("/v2.10/os-services").code == "not_found")
        }
    }
}
