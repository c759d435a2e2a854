import Foundation
import Glibc
import StubDaemon
import Subprocess
import Testing

@testable import RollcallCommand

extension AgentProcessTests {
    /// Heartbeats are answered: forced down.
    private static let forcing: StubDaemon.Answer = { request in
        let up = String(decoding: entry.body, as: UTF8.self)
        let body = up.replacing(#""up""#, with: #""down""#).replacing("heartbeat", with: "forced_down")
        return request.method == "PUT" ? StubReply(body) : .nothing
    }

    @Test("a service that was forced down has its command run, once, and is beaten for on")
    func forcedDown() async throws {
        try await StubDaemon.run(answering: Self.forcing) { stub in
            try await withFolder { folder in
                let words = ["agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s"]
                let ended = try await BuiltProgram.run(
                    words + ["--on-forced-down", "echo stopped >> \(folder)/fence; exit 3"]
                ) { agent in
                    try await file("\(folder)/fence")
                    await stub.wait(forRequests: 5)
                    kill(agent, SIGTERM)
                }
                #expect(ended.status == .exited(0))
                #expect(try String(contentsOfFile: "\(folder)/fence", encoding: .utf8) == "stopped\n")
                #expect(ended.messages.contains("an operator has forced the service down"))
                #expect(ended.messages.contains("the command for a service that was forced down exited with status 3"))
            }
        }
    }

    @Test("a command for a service that was forced down is brought to its end, also when it ends the agent's own child")
    func wholeFence() async throws {
        try await StubDaemon.run(answering: Self.forcing) { stub in
            try await withFolder { folder in
                let fence =
                    "until test -s \(folder)/pid; do sleep 0.05; done; kill $(cat \(folder)/pid); "
                    + "until test -e \(folder)/go; do sleep 0.05; done; echo whole > \(folder)/fence"
                let agent = ["agent", "--endpoint", stub.url, "--host", "h", "--binary", "b", "--interval", "20s"]
                let child = ["--", "sh", "-c", "echo $$ > \(folder)/pid; while :; do sleep 0.05; done"]
                let ended = try await BuiltProgram.run(agent + ["--on-forced-down", fence] + child) { _ in
                    // The child has ended and the agent has said so: all that is left is the fence.
                    await stub.wait(for: { $0.method == "DELETE" })
                    try Data().write(to: URL(filePath: folder + "/go"))
                }
                #expect(ended.status == .exited(143))
                #expect(try String(contentsOfFile: "\(folder)/fence", encoding: .utf8) == "whole\n")
            }
        }
    }
}
