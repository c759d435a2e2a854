import Foundation
import StubDaemon
import Testing

@Suite("Where endpoints come from", .timeLimit(.minutes(1)))
struct EndpointSourceTests {
    /// A home directory with this file in it, gone afterwards.
    private func withHome<Result>(_ yaml: String, _ body: (String) async throws -> Result) async throws -> Result {
        let home = FileManager.default.temporaryDirectory.appending(path: "rollcall-\(UUID().uuidString)")
        let folder = home.appending(path: ".config/rollcall")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        try yaml.write(to: folder.appending(path: "config.yaml"), atomically: true, encoding: .utf8)
        return try await body(home.path)
    }

    @Test("flags win over the environment, and that over the file")
    func order() async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { flag in
            try await StubDaemon.run(answering: StubFleet.answer) { variable in
                try await StubDaemon.run(answering: StubFleet.answer) { file in
                    try await withHome("endpoints:\n  - \(file.url)\n") { home in
                        let list = ["group", "list"]
                        let both = ["HOME": home, "ROLLCALL_ENDPOINT": variable.url]
                        _ = await CapturedConsole.run(list + ["--endpoint", flag.url], environment: both)
                        #expect([flag, variable, file].map(\.requests.count) == [1, 0, 0])
                        _ = await CapturedConsole.run(list, environment: both)
                        #expect([flag, variable, file].map(\.requests.count) == [1, 1, 0])
                        _ = await CapturedConsole.run(list, environment: ["HOME": home])
                        #expect([flag, variable, file].map(\.requests.count) == [1, 1, 1])
                    }
                }
            }
        }
    }

    @Test("several endpoints are tried in turn, from any source", arguments: ["flags", "variable", "file"])
    func several(source: String) async throws {
        let gone = StubDaemon.nobody
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let file = source == "file" ? "endpoints: \(gone), \(stub.url)\n" : ""
            try await withHome(file) { home in
                var environment = ["HOME": home]
                if source == "variable" { environment["ROLLCALL_ENDPOINT"] = "\(gone),\(stub.url)" }
                let flags = source == "flags" ? ["--endpoint", gone, "--endpoint", stub.url] : []
                let result = await CapturedConsole.run(["group", "list"] + flags, environment: environment)
                #expect(result.status == 0)
                #expect(stub.requests.count == 1)
            }
        }
    }

    @Test(
        "a file that is wrong is refused with its place",
        arguments: [
            ("endpoint: x\n", "config.yaml:1:1: unknown key endpoint"),
            ("\nendpoints:\n  x: y\n", "config.yaml:3:3: endpoints: expected"),
            ("endpoints: [1, [2]]\n", "config.yaml:1:16: endpoints: expected text"),
            ("- a\n", "config.yaml:1:1: expected keys"),
            ("endpoints: ftp://h\n", "not an address of a daemon: 'ftp://h'"),
            ("endpoints: [\n", "config.yaml: "),
        ]
    )
    func wrongFile(yaml: String, words: String) async throws {
        try await withHome(yaml) { home in
            let result = await CapturedConsole.run(["group", "list"], environment: ["HOME": home])
            #expect(result.status == 64)
            #expect(result.messages.contains(words), "\(result.messages)")
        }
    }
}
