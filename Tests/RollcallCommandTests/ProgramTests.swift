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
        let gone = try await StubDaemon.run(replying: .nothing) { $0.url }
        let environment = ["ROLLCALL_ENDPOINT": gone]
        #expect(try await BuiltProgram.run(["service", "list"], environment: environment).status == .exited(4))
        #expect(try await BuiltProgram.run(["service", "nonsense"]).status == .exited(64))
        let version = try await BuiltProgram.run(["--version"])
        #expect(version.status == .exited(0))
        #expect(version.output.hasPrefix("rollcall "))
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
