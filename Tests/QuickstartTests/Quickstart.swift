import Foundation
import Subprocess
import Testing

/// `Config/quickstart` in a temporary directory of its own, with the programs built beside these tests.
struct Quickstart {
    struct Ended {
        var status: TerminationStatus
        var output: String
        /// Files and processes that outlived it.
        var leftovers: [String]
    }

    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config/quickstart").path

    private static let programs: URL = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent()
    }()

    /// The environment of all it starts names this directory: that is how what is left of it is found.
    let folder: URL

    /// Runs `body` with a directory that is gone afterwards, together with every process that names it.
    static func run<Result>(_ body: (Quickstart) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "quickstart-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "tmp"), withIntermediateDirectories: true)
        let quickstart = Quickstart(folder: folder)
        defer {
            for process in quickstart.processes() { kill(process, SIGKILL) }
            try? FileManager.default.removeItem(at: folder)
        }
        return try await body(quickstart)
    }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - arguments: Its flags.
    ///   - daemon: A shell script to run in place of `rollcalld`.
    ///   - line: Told each line it prints, and its process number.
    /// - Returns: How it ended, what it printed and what it left behind.
    /// - Throws: When it cannot be started.
    func run(
        _ arguments: [String],
        daemon: String? = nil,
        line: (String, pid_t) -> Void = { _, _ in }
    ) async throws -> Ended {
        var programs = Self.programs
        if let daemon {
            programs = folder.appending(path: "bin")
            try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
            try await Self.write("#!/bin/sh\n\(daemon)", toExecutable: programs.appending(path: "rollcalld").path)
        }
        var options = PlatformOptions()
        options.processGroupID = 0
        var output = ""
        let result = try await Subprocess.run(
            .name("env"),
            arguments: Arguments(["--chdir", "/", "--", Self.script] + arguments),
            environment: .custom([
                "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TMPDIR": folder.appending(path: "tmp").path,
                "ROLLCALL_BIN": programs.path, "ROLLCALL_ENDPOINT": "http://nobody.invalid:1",
            ]),
            platformOptions: options,
            input: .none,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            let process = execution.processIdentifier.value
            for try await text in execution.standardOutput.strings() {
                output += text + "\n"
                line(text, process)
            }
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "tmp").path)
        return Ended(
            status: result.terminationStatus,
            output: output,
            leftovers: files + processes().map { "process \($0)" }
        )
    }

    /// Writes an executable file by a process of its own.
    ///
    /// Were it open for writing here, a program started by another test at that moment would inherit it, and until
    /// that one has executed nobody could run the file ("Text file busy").
    private static func write(_ text: String, toExecutable file: String) async throws {
        let written = try await Subprocess.run(
            .name("sh"),
            arguments: ["-c", #"printf '%s\n' "$1" >"$0" && chmod 755 "$0""#, file, text],
            output: .discarded
        )
        #expect(written.terminationStatus.isSuccess)
    }

    /// The living processes whose environment names the directory; that of a dead one cannot be read.
    private func processes() -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { process in
            let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ") ?? Data()
            return environment.range(of: Data(folder.path.utf8)) != nil
        }
    }
}
