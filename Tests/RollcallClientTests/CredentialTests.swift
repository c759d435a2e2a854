import Foundation
import RollcallClient
import RollcallWire
import StubDaemon
import Testing

@Suite("What a caller proves itself with", .timeLimit(.minutes(1)))
struct CredentialTests {
    private func client(_ url: String, _ credential: Credential?) -> RollcallClient {
        var configuration = ClientConfiguration()
        configuration.credential = credential
        return RollcallClient(endpoints: [Endpoint(url)].compactMap { $0 }, configuration: configuration)
    }

    @Test("a token goes with each call, and without one nothing does")
    func token() async throws {
        try await StubDaemon.run(replying: Documents.state("up", "heartbeat")) { stub in
            let name = ServiceName(host: "h", binary: "b")
            _ = try await client(stub.url, Credential(token: "secret")).state(of: name)
            _ = try await client(stub.url, nil).state(of: name)
            #expect(stub.requests.map { $0.headers["authorization"] } == ["Bearer secret", nil])
        }
    }

    @Test("a file is read anew with each call; what cannot be read, or is no token, is not sent")
    func file() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await StubDaemon.run(replying: Documents.state("up", "heartbeat")) { stub in
            let client = client(stub.url, Credential(file: path))
            let name = ServiceName(host: "h", binary: "b")
            for text in ["one\n", "two\r\nbehind it"] {
                try text.write(toFile: path, atomically: true, encoding: .utf8)
                _ = try await client.state(of: name)
            }
            #expect(stub.requests.map { $0.headers["authorization"] } == ["Bearer one", "Bearer two"])
            for text in ["", "\n", "a b\n", "\u{E4}\n", nil] {
                try FileManager.default.removeItem(atPath: path)
                if let text { try text.write(toFile: path, atomically: true, encoding: .utf8) }
                let error = await #expect(throws: ClientError.self) { try await client.state(of: name) }
                #expect(error?.code == .notAllowed && error?.message.contains(path) == true)
                if text == nil { break }
            }
            #expect(stub.requests.count == 2)
        }
    }

    @Test("a file of TLS that cannot be used is named", arguments: ["authorities", "certificate", "key"])
    func unusableFile(which: String) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "none-\(UUID().uuidString).pem").path
        var configuration = ClientConfiguration()
        switch which {
        case "authorities": configuration.tls.authorities = path
        case "certificate": configuration.tls.certificate = path
        default: configuration.tls.key = path
        }
        let endpoints = [Endpoint("https://127.0.0.1:1")].compactMap { $0 }
        let client = RollcallClient(endpoints: endpoints, configuration: configuration)
        let error = await #expect(throws: ClientError.self) { try await client.groups() }
        #expect(error?.message.contains("\(path) cannot be used for TLS") == true, "\(error?.message ?? "")")
    }

    @Test("no token is in a description or a dump")
    func descriptions() throws {
        let credential = try #require(Credential(token: "secret"))
        var configuration = ClientConfiguration()
        configuration.credential = credential
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), "\(configuration)", dumped] {
            #expect(!text.contains("secret"), "\(text)")
        }
        #expect(
            Credential(token: "") == nil && Credential(token: "a b") == nil && Credential(token: "a\r\nX: y") == nil
        )
    }
}
