import Foundation
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
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        meanwhile: @Sendable (pid_t) async throws -> Void = { _ in }
    ) async throws -> Ended {
        var variables = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
        variables.merge(environment) { _, new in new }
        // A test that fails in between must leave nothing behind.
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        let result = try await Subprocess.run(
            .name("env"),
            arguments: Arguments(["--", path] + arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            platformOptions: options,
            input: .none,
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        ) { execution in
            try await meanwhile(execution.processIdentifier.value)
        }
        return Ended(status: result.terminationStatus, output: result.standardOutput, messages: result.standardError)
    }
}
