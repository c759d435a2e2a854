import Foundation
import Glibc
import Subprocess
import Testing

/// The built program `rollcall`, run as a process.
enum BuiltProgram {
    /// It lies beside the tests.
    static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "rollcall").path
    }()

    struct Ended: Sendable {
        var status: TerminationStatus
        var output: String
        var messages: String
    }

    /// Runs it to its end; `meanwhile` is told its process number.
    ///
    /// What it says to people is in `messages` as it comes. With a `shell` command, that command starts it, as `"$@"`;
    /// with a `terminal`, that is its terminal and its input.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        messages: Messages = Messages(),
        shell: String? = nil,
        terminal: Terminal? = nil,
        meanwhile: @Sendable (pid_t) async throws -> Void = { _ in }
    ) async throws -> Ended {
        var variables = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
        variables.merge(environment) { _, new in new }
        // A test that fails in between must leave nothing behind.
        var options = PlatformOptions()
        var command = [path] + arguments
        if let terminal {
            options.createSession = true
            command = ["sh", "-c", "exec \"$@\" <\"$0\"", terminal.path] + command
        } else {
            options.processGroupID = 0
        }
        if let shell { command = ["sh", "-c", shell, "sh"] + command }
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        let result = try await Subprocess.run(
            .name("env"),
            arguments: Arguments(["--"] + command),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            platformOptions: options,
            input: .none,
            output: .string(limit: 1 << 20),
            error: .sequence
        ) { execution in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await line in execution.standardError.strings() { messages.add(line + "\n") }
                }
                let process = execution.processIdentifier.value
                do {
                    try await meanwhile(process)
                } catch {
                    // Its last words end with it.
                    kill(-process, SIGKILL)
                    throw error
                }
                try await group.waitForAll()
            }
        }
        return Ended(status: result.terminationStatus, output: result.standardOutput, messages: messages.text)
    }
}
