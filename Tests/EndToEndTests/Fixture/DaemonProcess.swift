import Foundation
import Glibc
import RollcallClient
import ServerFixtures
import Testing

/// A real `rollcalld` on a free port.
final class DaemonProcess: Sendable {
    /// What differs from one test to the next.
    struct Options: Sendable {
        var reportInterval: String?
        var serviceDownTime: String?
        /// 0 lets the system choose.
        var port = 0
        var configuration: String?
        var environment: [String: String] = [:]
        var identifier = "test-daemon"
        /// nil: a file of the test's own.
        var databaseURL: String?

        /// Intervals short enough for a test to see deaths.
        static let short = Options(reportInterval: "250ms", serviceDownTime: "1s")

        func arguments(_ place: Workplace) -> [String] {
            var arguments = ["--listen-http", "127.0.0.1:\(port)", "--database-url", databaseURL ?? place.databaseURL]
            arguments += ["--daemon-id", identifier, "--log-format", "json"]
            if let reportInterval { arguments += ["--report-interval", reportInterval] }
            if let serviceDownTime { arguments += ["--service-down-time", serviceDownTime] }
            if let configuration { arguments += ["--config", configuration] }
            return arguments
        }
    }

    let process: SpawnedProcess
    let port: Int
    let client: RollcallClient
    let url: String

    /// Returns when it is ready.
    private init(_ process: SpawnedProcess) async throws {
        self.process = process
        url = try await eventually("rollcalld is ready; it said: \(process.messages)\(process.output)") {
            if let ending = process.ending { throw Overdue(what: "ready before \(ending): \(process.messages)") }
            return LogLine.all(in: process).first { $0.message == "ready" }?.metadata?["http"]
        }
        port = try #require(Int(url.split(separator: ":").last ?? ""))
        var configuration = ClientConfiguration()
        // Only a failure takes so long; a busy machine must not look like one.
        configuration.answerTimeout = .seconds(30)
        client = RollcallClient(endpoints: Endpoint(url).map { [$0] } ?? [], configuration: configuration)
    }

    /// Starts one without waiting for anything.
    static func spawn(_ place: Workplace, _ options: Options) throws -> SpawnedProcess {
        try SpawnedProcess(
            Programs.daemon,
            options.arguments(place),
            environment: Programs.environment.merging(options.environment) { _, new in new },
            output: place.unique("rollcalld")
        )
    }

    /// Starts one, which is gone with the last reference to it.
    static func start(_ place: Workplace, _ options: Options) async throws -> DaemonProcess {
        try await DaemonProcess(spawn(place, options))
    }

    /// Runs one for as long as the body takes; afterwards it is gone, however the body ended.
    static func run<Result>(
        _ place: Workplace,
        _ options: Options = Options(),
        _ body: (DaemonProcess) async throws -> Result
    ) async throws -> Result {
        let process = try spawn(place, options)
        defer { process.end() }
        return try await body(DaemonProcess(process))
    }

    var log: [LogLine] { LogLine.all(in: process) }

    /// Memory it holds now, in KiB.
    var residentKilobytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
    }
}
