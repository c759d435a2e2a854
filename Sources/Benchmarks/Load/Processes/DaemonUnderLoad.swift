import Crypto
import Foundation

/// The daemon that is measured: started in a directory of its own, and gone with it.
final class DaemonUnderLoad {
    private let plan: LoadPlan
    private let directory: URL
    private var process: Process?
    private(set) var port = 0
    /// Where it reads datagrams; 0 where it does not.
    private(set) var datagramPort = 0
    private var starts = 0

    init(_ plan: LoadPlan) throws {
        self.plan = plan
        directory = FileManager.default.temporaryDirectory.appending(path: "rollcall-load-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// Where requests go.
    var target: Line.Target { Line.Target(port: port, token: plan.datagrams == nil ? nil : Self.operatorToken) }

    private static let operatorToken = "load-operator"

    /// The token of a reporter, by number.
    static func token(ofReporter number: Int) -> String { "load-reporter-\(number)" }

    /// Who may do what, where datagrams are signed; answers the file.
    private func writeTokens(_ datagrams: LoadPlan.Datagrams) throws -> String {
        func digest(_ token: String) -> String {
            SHA256.hash(data: Data(token.utf8)).map { String(format: "%02x", $0) }.joined()
        }
        var lines = ["tokens:", "  - {name: operator, sha256: \(digest(Self.operatorToken)), roles: operator}"]
        for number in 0..<datagrams.reporters {
            let sha256 = digest(Self.token(ofReporter: number))
            lines.append("  - {name: reporter-\(number), sha256: \(sha256), roles: reporter, hosts: 'load-*'}")
        }
        let file = directory.appending(path: "tokens.yaml")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        return file.path
    }

    var identifier: Int32 { process?.processIdentifier ?? 0 }

    /// Starts it; returns when it says where it listens.
    func start() async throws {
        starts += 1
        var environment = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("ROLLCALL_") }
        if let datagrams = plan.datagrams {
            environment["ROLLCALL_LISTEN_DATAGRAM"] = "127.0.0.1:0"
            environment["ROLLCALL_AUTH_TOKENS_FILE"] = try writeTokens(datagrams)
        }
        let output = directory.appending(path: "daemon-\(starts).log")
        let server = try await ListeningProcess.start(
            plan.daemon,
            [
                "--listen-http", "127.0.0.1:0",
                "--database-url", plan.databaseURL ?? "sqlite://\(directory.path)/rollcall.sqlite",
                "--report-interval", "\(Int(plan.interval * 1_000))ms",
                "--service-down-time", "\(Int(plan.downTime * 1_000))ms",
            ],
            environment: environment,
            output: output
        )
        let said = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
        datagramPort = ListeningProcess.port(behind: "datagram=127.0.0.1:", in: said) ?? 0
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
