import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("Credentials", .timeLimit(.minutes(2)))
struct AccessTests {
    /// A new token, made as an operator makes it; answers the client that has it.
    private func client(
        _ name: String,
        _ options: [String],
        _ place: Workplace,
        _ endpoint: String
    ) async throws -> RollcallClient {
        let made = try SpawnedProcess(
            Programs.daemon,
            ["new-token", "--name", name, "--to", place.file("\(name).token")] + options,
            environment: Programs.environment,
            output: place.unique("new-token")
        )
        #expect(try await made.ended() == .exited(0), "\(made.messages)")
        let attributes = try FileManager.default.attributesOfItem(atPath: place.file("\(name).token"))
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let before = (try? String(contentsOfFile: place.file("tokens.yaml"), encoding: .utf8)) ?? "tokens:\n"
        try place.write(before + made.output, to: "tokens.yaml")
        var configuration = ClientConfiguration()
        configuration.answerTimeout = .seconds(30)
        configuration.credential = Credential(file: place.file("\(name).token"))
        return RollcallClient(endpoints: [Endpoint(endpoint)].compactMap { $0 }, configuration: configuration)
    }

    private func code(_ body: () async throws -> Void) async -> WireErrorCode? {
        do { try await body() } catch let error as ClientError { return error.error?.code } catch { return nil }
        return nil
    }

    @Test("no password and no secret is in the log, whatever its level")
    func passwords() async throws {
        let place = try Workplace()
        try place.write("whsec_\(Data(repeating: 77, count: 32).base64EncodedString())\n", to: "hook.secret")
        try place.write(
            "webhooks: [{name: a, url: 'http://127.0.0.1:1/quietquiet', secret_file: \(place.file("hook.secret"))}]\n",
            to: "webhooks.yaml"
        )
        for file in ["hook.secret", "webhooks.yaml"] { chmod(place.file(file), 0o600) }
        try place.write(
            """
            database: {fallback_url: 'mariadb://nova:hushhush@127.0.0.1:1/nova?tls=off'}
            monitor: {webhooks_file: \(place.file("webhooks.yaml")), ping_url: 'http://127.0.0.1:1/stillstill'}
            log: {level: trace}
            """,
            to: "rollcalld.yaml"
        )
        var options = DaemonProcess.Options()
        options.configuration = place.file("rollcalld.yaml")
        try await DaemonProcess.run(place, options) { daemon in
            _ = try await daemon.client.services()
            let all = daemon.process.messages + daemon.process.output
            #expect(all.contains("\"debug\""))
            for word in ["hushhush", "secret:", "seed:", "77, 77", "quietquiet", "stillstill"] {
                #expect(!all.contains(word), "\(word)")
            }
        }
    }

    @Test("tokens are given out, checked, taken back on SIGHUP, and never logged; who did what is")
    func life() async throws {
        let place = try Workplace()
        try place.write("auth:\n  tokens_file: \(place.file("tokens.yaml"))\n", to: "rollcalld.yaml")
        try place.write("tokens:\n", to: "tokens.yaml")
        var options = DaemonProcess.Options()
        options.configuration = place.file("rollcalld.yaml")
        try await DaemonProcess.run(place, options) { daemon in
            let reporter = try await client(
                "node1",
                ["--roles", "reporter", "--hosts", "node1", "rack7-*", "--binaries", "worker"],
                place,
                daemon.url
            )
            let `operator` = try await client("ops", ["--roles", "operator"], place, daemon.url)
            let own = WireHeartbeat(host: "node1", binary: "worker")
            #expect(await code { _ = try await reporter.sendHeartbeat(own) } == .unauthorized)
            func reload(_ message: String) async throws {
                let before = daemon.log.count
                daemon.process.send(SIGHUP)
                _ = try await eventually("the reload is logged: \(message)") {
                    daemon.log.dropFirst(before).first { $0.message.hasPrefix(message) }
                }
            }
            try await reload("settings read again")

            _ = try await reporter.sendHeartbeat(own)
            _ = try await reporter.sendHeartbeat(WireHeartbeat(host: "rack7-3", binary: "worker"))
            let other = WireHeartbeat(host: "node2", binary: "worker")
            #expect(await code { _ = try await reporter.sendHeartbeat(other) } == .forbidden)
            #expect(await code { _ = try await reporter.services() } == .forbidden)
            #expect(await code { _ = try await daemon.client.services() } == .unauthorized)

            let found = try await `operator`.service(named: ServiceName(host: "node1", binary: "worker"))
            var patch = ServicePatch()
            patch.status = .disabled
            patch.disabledReason = .set("disk")
            _ = try await `operator`.edit(found.uuid, patch)
            try await `operator`.deleteService(uuid: found.uuid)

            let again = try SpawnedProcess(
                Programs.daemon,
                ["new-token", "--name", "it's\n", "--roles", "operator", "--to", place.file("odd.token")],
                environment: Programs.environment,
                output: place.unique("new-token")
            )
            #expect(try await again.ended() != .exited(0) && again.messages.contains("--name: "), "\(again.messages)")
            #expect(!FileManager.default.fileExists(atPath: place.file("odd.token")))

            // A file that is wrong takes nothing back and lets nobody in.
            let tokens = try String(contentsOfFile: place.file("tokens.yaml"), encoding: .utf8)
            try place.write(tokens + "  - {name: x}\n", to: "tokens.yaml")
            try await reload("settings not adopted")
            #expect(await code { _ = try await `operator`.services() } == nil)
            try place.write("tokens:\n", to: "tokens.yaml")
            try await reload("settings read again")
            #expect(await code { _ = try await `operator`.services() } == .unauthorized)

            let lines = daemon.log.filter { $0.label == "audit" }
            func line(_ message: String) throws -> [String: String] {
                try #require(lines.first { $0.message == message }?.metadata, "\(message) in \(lines)")
            }
            let refused = lines.filter { $0.message == "refused" }.compactMap(\.metadata)
            for (caller, why) in [
                ("anonymous@127.0.0.1", "this token is not known here"),
                ("node1@127.0.0.1", "node1 may not report worker on node2"),
            ] {
                #expect(refused.contains { $0["by"] == caller && $0["why"] == why }, "\(refused)")
            }
            let edited = try line("service edited")
            #expect(edited["by"] == "ops@127.0.0.1" && edited["subject"] == "worker on node1 (\(found.uuid))")
            #expect(edited["old"] == "status=enabled forced_down=false")
            #expect(edited["new"] == "status=disabled disabled_reason=\"disk\" forced_down=false")
            let deleted = try line("service deleted")
            #expect(deleted["by"] == "ops@127.0.0.1" && deleted["old"] == edited["new"])
            let all = daemon.process.messages + daemon.process.output
            for name in ["node1", "ops"] {
                let token = try String(contentsOfFile: place.file("\(name).token"), encoding: .utf8)
                #expect(token.count > 60 && !all.contains(token.dropLast()))
            }
        }
    }
}
