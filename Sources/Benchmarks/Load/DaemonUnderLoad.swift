import Foundation

/// The daemon that is measured: started in a directory of its own, and gone with it.
final class DaemonUnderLoad {
    private let plan: LoadPlan
    private let directory: URL
    private var process: Process?
    private(set) var port = 0
    private var starts = 0

    init(_ plan: LoadPlan) throws {
        self.plan = plan
        directory = FileManager.default.temporaryDirectory.appending(path: "rollcall-load-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    var identifier: Int32 { process?.processIdentifier ?? 0 }

    /// Starts it; returns when it says where it listens.
    func start() async throws {
        starts += 1
        let output = directory.appending(path: "daemon-\(starts).log")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let daemon = Process()
        daemon.executableURL = URL(filePath: plan.daemon)
        daemon.arguments = [
            "--listen-http", "127.0.0.1:0",
            "--database-url", plan.databaseURL ?? "sqlite://\(directory.path)/rollcall.sqlite",
            "--report-interval", "\(Int(plan.interval * 1_000))ms",
            "--service-down-time", "\(Int(plan.downTime * 1_000))ms",
        ]
        daemon.environment = ["PATH": "/usr/bin:/bin", "ROLLCALL_DAEMON_ID": "loaded"]
        let file = try FileHandle(forWritingTo: output)
        daemon.standardOutput = file
        daemon.standardError = file
        try daemon.run()
        process = daemon
        for _ in 0..<6_000 {
            let said = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
            if let found = said.range(of: "http=http://127.0.0.1:") {
                port = Int(said[found.upperBound...].prefix(while: \.isNumber)) ?? 0
                return
            }
            guard daemon.isRunning else { throw LoadError("the daemon ended: \(said.suffix(600))") }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw LoadError("the daemon did not say where it listens")
    }

    /// Ends it at once, as a crash would.
    func kill() {
        guard let process, process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Ends it in order, and removes what it left.
    func stop() {
        if let process, process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: directory)
    }
}
