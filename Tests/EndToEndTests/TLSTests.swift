import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("TLS, on both sides", .timeLimit(.minutes(2)))
struct TLSTests {
    private static let tokenDigest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"

    private let place: Workplace
    private let ours: Certificates
    private let others: Certificates

    init() async throws {
        place = try Workplace()
        for folder in ["ours", "others"] {
            try FileManager.default.createDirectory(atPath: place.file(folder), withIntermediateDirectories: true)
        }
        ours = try await Certificates(in: place.file("ours"))
        others = try await Certificates(in: place.file("others"))
        for (name, isExpired) in [("node1", false), ("late", true), ("stranger", false)] {
            try await ours.issue(name, for: "\(name).example.org", isExpired: isExpired)
        }
        try await others.issue("node1", for: "node1.example.org")
        try writeTokens()
        try configure("ours")
    }

    private func writeTokens(revoked: String = "") throws {
        try place.write(
            """
            tokens:
              - {name: node1, certificate: node1.example.org, roles: reporter, hosts: node1}
              - {name: late, certificate: late.example.org, roles: operator}
              - {name: ops, sha256: \(Self.tokenDigest), roles: operator}
            revoked: [\(revoked)]
            """,
            to: "tokens.yaml"
        )
    }

    /// The server shows what that folder's authority has signed.
    private func configure(_ folder: String) throws {
        for file in ["server.pem", "server.key"] {
            let data = try Data(contentsOf: URL(filePath: place.file("\(folder)/\(file)")))
            try data.write(to: URL(filePath: place.file(file)))
        }
        try place.write(
            """
            tls: {certificate: \(place.file("server.pem")), key: \(place.file("server.key")), client_ca: \(ours.authority)}
            auth: {tokens_file: \(place.file("tokens.yaml"))}
            """,
            to: "rollcalld.yaml"
        )
    }

    private func client(
        _ url: String,
        trusting authority: Certificates? = nil,
        showing certificate: String? = nil,
        token: String? = nil
    ) -> RollcallClient {
        var configuration = ClientConfiguration()
        configuration.answerTimeout = .seconds(30)
        configuration.tls = ClientTLS(
            authorities: (authority ?? ours).authority,
            certificate: certificate.map { place.file("\($0).pem") },
            key: certificate.map { place.file("\($0).key") }
        )
        configuration.credential = token.flatMap { Credential(token: $0) }
        return RollcallClient(endpoints: [Endpoint(url)].compactMap { $0 }, configuration: configuration)
    }

    /// What the daemon refuses with, "none" where it did not answer at all; nil when it did what was asked.
    private func refusal(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let error as ClientError {
            return error.error?.code.rawValue ?? (error.code == .noAnswer ? "none" : "\(error)")
        } catch {
            return "\(error)"
        }
    }

    private func reload(_ daemon: DaemonProcess) async throws {
        let before = daemon.log.count
        daemon.process.send(SIGHUP)
        let line = try await eventually("the reload is logged") {
            daemon.log.dropFirst(before).first { $0.message.hasPrefix("settings") }
        }
        #expect(line.message == "settings read again", "\(line)")
    }

    @Test("a certificate is a credential, as a token is; what is refused in the handshake is not answered")
    func credentials() async throws {
        var options = DaemonProcess.Options()
        options.configuration = place.file("rollcalld.yaml")
        try await DaemonProcess.run(place, options) { daemon in
            #expect(daemon.url.hasPrefix("https://"))
            let node = client(daemon.url, showing: "ours/node1")
            let own = WireHeartbeat(host: "node1", binary: "worker")
            let other = WireHeartbeat(host: "node2", binary: "worker")
            #expect(await refusal { _ = try await node.sendHeartbeat(own) } == nil)
            #expect(await refusal { _ = try await node.sendHeartbeat(other) } == "forbidden")
            let batch = try await node.sendHeartbeats(HeartbeatsRequest(heartbeats: [own, other]))
            #expect(batch.accepted == 1 && batch.rejected.map(\.code) == [.forbidden])
            #expect(await refusal { _ = try await node.services() } == "forbidden")

            let bare = client(daemon.url)
            #expect(await refusal { _ = try await bare.readiness() } == nil)
            #expect(await refusal { _ = try await bare.services() } == "unauthorized")
            #expect(await refusal { _ = try await client(daemon.url, token: "secret").services() } == nil)
            let mixed = client(daemon.url, showing: "ours/node1", token: "guess")
            #expect(await refusal { _ = try await mixed.sendHeartbeat(own) } == "unauthorized")
            let stranger = client(daemon.url, showing: "ours/stranger")
            #expect(await refusal { _ = try await stranger.services() } == "unauthorized")

            for name in ["ours/late", "others/node1"] {
                #expect(
                    await refusal { _ = try await client(daemon.url, showing: name).readiness() } == "none",
                    "\(name)"
                )
            }
            #expect(await refusal { _ = try await client(daemon.url, trusting: others).readiness() } == "none")
            let plain = daemon.url.replacing("https://", with: "http://")
            #expect(await refusal { _ = try await client(plain, token: "secret").readiness() } == "none")
            #expect(daemon.process.ending == nil)
        }
    }

    @Test("a certificate is revoked, and the server's own replaced, without a new start")
    func reloaded() async throws {
        var options = DaemonProcess.Options()
        options.configuration = place.file("rollcalld.yaml")
        try await DaemonProcess.run(place, options) { daemon in
            let node = client(daemon.url, showing: "ours/node1")
            let own = WireHeartbeat(host: "node1", binary: "worker")
            #expect(await refusal { _ = try await node.sendHeartbeat(own) } == nil)
            let shown = try await fingerprint("ours/node1")
            try writeTokens(revoked: shown)
            try await reload(daemon)
            #expect(await refusal { _ = try await node.sendHeartbeat(own) } == "unauthorized")
            try writeTokens()
            try await reload(daemon)
            #expect(await refusal { _ = try await node.sendHeartbeat(own) } == nil)

            let newer = client(daemon.url, trusting: others, token: "secret")
            #expect(await refusal { _ = try await newer.services() } == "none")
            try configure("others")
            try await reload(daemon)
            #expect(await refusal { _ = try await newer.services() } == nil)
            // Who holds a connection keeps it.
            #expect(await refusal { _ = try await node.sendHeartbeat(own) } == nil)

            try place.write("no key", to: "server.key")
            daemon.process.send(SIGHUP)
            let line = try await eventually("the fault is logged") {
                daemon.log.first { $0.message.hasPrefix("settings not adopted") }
            }
            #expect(line.message.contains("tls.key: \(place.file("server.key")) cannot be used"), "\(line)")
            #expect(await refusal { _ = try await newer.services() } == nil)
        }
    }

    private func fingerprint(_ name: String) async throws -> String {
        let process = try SpawnedProcess(
            "/usr/bin/openssl",
            ["x509", "-in", place.file("\(name).pem"), "-noout", "-fingerprint", "-sha256"],
            environment: Programs.environment,
            output: place.unique("openssl")
        )
        _ = try await process.ended()
        let digits = process.output.split(separator: "=").last ?? ""
        return digits.filter(\.isHexDigit)
    }
}
