import Foundation
import Testing

/// The program as an operator meets it: its own process, its exit code and what it prints where.
@Suite("The program rollcalld")
struct ProgramTests {
    private struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    private enum Full {
        case output
        case errors
    }

    /// Runs the program built beside these tests to its end.
    ///
    /// With `full`, its output or its errors, and then they are empty here, go to a device that takes nothing.
    private func run(
        _ arguments: [String],
        environment: [String: String] = ["HOME": "/h/op"],
        full: Full? = nil
    ) throws -> Outcome {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "rollcalld")
        process.arguments = arguments
        process.environment = environment
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        if let full {
            let device = try #require(FileHandle(forWritingAtPath: "/dev/full"))
            if full == .output { process.standardOutput = device } else { process.standardError = device }
            try (full == .output ? output : errors).fileHandleForWriting.close()
        }
        try process.run()
        // Each prints less than a pipe holds, so one may be read after the other.
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        let complained = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: printed, as: UTF8.self),
            errors: String(decoding: complained, as: UTF8.self)
        )
    }

    @Test("check-config prints the settings and exits with 0")
    func accepted() throws {
        let outcome = try run(["check-config", "--report-interval", "5s"], environment: ["HOME": "/h/op"])

        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(outcome.output.contains(#/liveness\.report_interval +5s +flag --report-interval\n/#))
        #expect(
            outcome.output.contains(#/database\.url +sqlite:\/\/\/h\/op\/\.local\/state\/rollcall\/rollcall\.sqlite/#)
        )
    }

    @Test("settings that cannot be printed are an error")
    func fullOutput() throws {
        let outcome = try run(["check-config"], full: .output)
        #expect(outcome.status == 74)
        #expect(outcome.errors == "rollcalld: standard output cannot be written: No space left on device\n")
    }

    @Test("errors that cannot be printed are still errors", arguments: [["check-config"], []])
    func fullErrors(command: [String]) throws {
        #expect(try run(command + ["--listen-http", "8790"], full: .errors).status == 1)
    }

    @Test("the release is shown")
    func release() throws {
        let outcome = try run(["--version"])
        #expect(outcome.status == 0 && outcome.output.hasPrefix("rollcalld "))
    }

    @Test("wrong settings are all named on standard error, with exit code 1, by check-config and by a start")
    func refused() throws {
        let environment = ["HOME": "/h/op", "ROLLCALL_LOG_LEVEL": "loud", "ROLLCALL_FLAP_LIMITS": "1"]
        for command in [["check-config"], []] {
            let outcome = try run(command + ["--listen-http", "8790"], environment: environment)

            #expect(outcome.status == 1 && outcome.output.isEmpty)
            let lines = outcome.errors.split(separator: "\n")
            #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("rollcalld: ") })
            #expect(outcome.errors.contains("ROLLCALL_LOG_LEVEL") && outcome.errors.contains("ROLLCALL_FLAP_LIMITS"))
            #expect(outcome.errors.contains("flag --listen-http"))
        }
    }
}
