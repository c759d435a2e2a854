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
        let server = try await ListeningProcess.start(
            plan.daemon,
            [
                "--listen-http", "127.0.0.1:0",
                "--database-url", plan.databaseURL ?? "sqlite://\(directory.path)/rollcall.sqlite",
                "--report-interval", "\(Int(plan.interval * 1_000))ms",
                "--service-down-time", "\(Int(plan.downTime * 1_000))ms",
            ],
            output: directory.appending(path: "daemon-\(starts).log")
        )
        (process, port) = (server.process, server.port)
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
