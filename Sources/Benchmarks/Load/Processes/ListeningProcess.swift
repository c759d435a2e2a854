import Foundation

/// A server that says on its first lines where it listens: `http=http://127.0.0.1:PORT`.
enum ListeningProcess {
    /// Starts it; what it prints goes into the file.
    static func start(
        _ program: String,
        _ arguments: [String],
        output: URL
    ) async throws -> (process: Process, port: Int) {
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let file = try FileHandle(forWritingTo: output)
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "ROLLCALL_DAEMON_ID": "loaded"]
        process.standardOutput = file
        process.standardError = file
        try process.run()
        for _ in 0..<6_000 {
            let said = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
            if let found = said.range(of: "http=http://127.0.0.1:") {
                return (process, Int(said[found.upperBound...].prefix(while: \.isNumber)) ?? 0)
            }
            guard process.isRunning else { throw LoadError("\(program) ended: \(said.suffix(600))") }
            try await Task.sleep(for: .milliseconds(10))
        }
        process.terminate()
        throw LoadError("\(program) did not say where it listens")
    }
}
