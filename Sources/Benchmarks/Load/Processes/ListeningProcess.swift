import Foundation

/// A server that says on its first lines where it listens: `http=http://127.0.0.1:PORT`.
enum ListeningProcess {
    /// Starts it; what it prints goes into the file.
    static func start(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        output: URL
    ) async throws -> (process: Process, port: Int) {
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let file = try FileHandle(forWritingTo: output)
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let common = ["PATH": "/usr/bin:/bin", "ROLLCALL_DAEMON_ID": "loaded"]
        process.environment = common.merging(environment) { _, new in new }
        process.standardOutput = file
        process.standardError = file
        try process.run()
        for _ in 0..<6_000 {
            let said = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
            if let port = port(behind: "http=http://127.0.0.1:", in: said) { return (process, port) }
            guard process.isRunning else { throw LoadError("\(program) ended: \(said.suffix(600))") }
            try await Task.sleep(for: .milliseconds(10))
        }
        end(process)
        throw LoadError("\(program) did not say where it listens")
    }

    /// Ends one that has nothing to lose: asked to (SIGTERM), a program that was started by a thread that blocks signals
    /// hears nothing.
    static func end(_ process: Process) { kill(process.processIdentifier, SIGKILL) }

    /// The number that stands there in what a server said, once its line is whole.
    static func port(behind words: String, in said: String) -> Int? {
        guard let found = said.range(of: words), let end = said[found.upperBound...].firstIndex(where: { !$0.isNumber })
        else { return nil }
        return Int(said[found.upperBound..<end])
    }
}
