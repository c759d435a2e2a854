import Foundation
import Glibc
import StubDaemon
import Subprocess
import Testing

@Suite("The program as a process", .timeLimit(.minutes(1)))
struct ProgramTests {
    @Test("data goes to standard output, messages to standard error")
    func streams() async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let list = try await BuiltProgram.run([
                "service", "list", "-f", "value", "-c", "host", "--endpoint", stub.url,
            ])
            #expect(list.status == .exited(0))
            #expect(list.output == "node1\nnode2\n")
            #expect(list.messages.isEmpty)
            let nobody = try await BuiltProgram.run(["host", "show", "nobody", "--endpoint", stub.url])
            #expect(nobody.status == .exited(3))
            #expect(nobody.output.isEmpty)
            #expect(nobody.messages == "rollcall: there is no service on host nobody\n")
        }
    }

    @Test("statuses reach the shell")
    func statuses() async throws {
        let gone = StubDaemon.nobody
        let environment = ["ROLLCALL_ENDPOINT": gone]
        #expect(try await BuiltProgram.run(["service", "list"], environment: environment).status == .exited(4))
        #expect(try await BuiltProgram.run(["service", "nonsense"]).status == .exited(64))
        let version = try await BuiltProgram.run(["--version"])
        #expect(version.status == .exited(0))
        #expect(version.output.hasPrefix("rollcall "))
    }

    @Test(
        "output that cannot be written is an error, whatever was asked",
        arguments: [
            ["service", "list"], ["service", "is-up", "node1", "nova-compute"], ["service", "list", "-f", "json"],
            ["service", "set", "node1", "nova-compute", "--enable"], ["watch"], ["--version"], ["--help"],
        ]
    )
    func fullDevice(arguments: [String]) async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let ended = try await BuiltProgram.run(
                arguments,
                environment: ["ROLLCALL_ENDPOINT": stub.url],
                shell: "exec \"$@\" >/dev/full"
            )
            #expect(ended.status == .exited(74))
            #expect(ended.messages == "rollcall: standard output cannot be written: No space left on device\n")
        }
    }

    @Test("messages that cannot be written change nothing")
    func fullErrors() async throws {
        let ended = try await BuiltProgram.run(["service", "nonsense"], shell: "exec \"$@\" 2>/dev/full")
        #expect(ended.status == .exited(64))
    }

    @Test(
        "a reader that goes away ends it without a word, with the status of a broken pipe",
        arguments: ["list", "watch"]
    )
    func brokenPipe(verb: String) async throws {
        let arguments = verb == "list" ? ["service", "list"] : ["watch"]
        let folder = FileManager.default.temporaryDirectory.appending(path: "rollcall-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let ended = try await BuiltProgram.run(
                arguments,
                environment: ["ROLLCALL_ENDPOINT": stub.url],
                shell: "mkfifo \(folder)/p; exec 3<>\(folder)/p 4>\(folder)/p 3<&-; exec \"$@\" >&4"
            )
            #expect(ended.status == .exited(141) || ended.status == .signaled(SIGPIPE))
            #expect(ended.messages.isEmpty)
        }
    }

    @Test("what it writes into a pipe is a plain table")
    func plain() async throws {
        try await StubDaemon.run(answering: StubFleet.answer) { stub in
            let list = try await BuiltProgram.run(["service", "list"], environment: ["ROLLCALL_ENDPOINT": stub.url])
            #expect(list.output.hasPrefix("HOST   BINARY        ZONE  STATUS    STATE  STATE_REASON      AGE\n"))
            #expect(!list.output.contains("\u{1B}"))
        }
    }
}
