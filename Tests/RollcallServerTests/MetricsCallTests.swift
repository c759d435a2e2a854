import LivenessCore
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("What a scrape shows")
struct MetricsCallTests {
    @Test("the process, whether it is ready, and who was refused for want of what")
    func scrape() async throws {
        let reader = AccessList.Credential(
            proof: .token(digest: AccessList.digest(of: "reading")),
            identity: Identity(name: "reader", roles: .reader)
        )
        try await TestServer.run { setup in
            setup.access = AccessControl(AccessList([reader]))
        } _: { server in
            let headers = [("Authorization", "Bearer reading")]
            #expect(try await server.get("/v1/services").status == 401)
            #expect(try await server.call("DELETE", "/v1/services/x", headers: headers).status == 403)
            let text = try await server.get("/metrics", headers: headers).body
            let lines = Set(text.split(separator: "\n").map(String.init))
            #expect(lines.contains("rollcall_ready 1"))
            #expect(lines.contains(#"rollcall_auth_refusals_total{reason="credential"} 1"#))
            #expect(lines.contains(#"rollcall_auth_refusals_total{reason="role"} 1"#))
            #expect(lines.contains(#"rollcall_auth_refusals_total{reason="scope"} 0"#))
            for name in [
                "process_cpu_seconds_total", "process_max_fds", "process_open_fds", "process_resident_memory_bytes",
                "process_start_time_seconds",
            ] {
                let value = lines.first { $0.hasPrefix("\(name) ") }?.split(separator: " ").last.flatMap { Double($0) }
                #expect((value ?? 0) > 0, "\(name)")
            }
        }
    }
}
