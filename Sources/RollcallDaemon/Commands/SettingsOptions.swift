import ArgumentParser
import Foundation
import Logging

/// The flags that `run` and `check-config` share: where the file is, and the settings one changes most.
struct SettingsOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: ArgumentHelp("Read settings from this file.", valueName: "file"))
    var file: String?

    @Option(
        help: ArgumentHelp("Answer HTTP here; beyond loopback only with auth.tokens_file.", valueName: "address:port")
    )
    var listenHttp: String?

    @Option(name: .customLong("database-url"), help: ArgumentHelp("Keep records here.", valueName: "url"))
    var databaseURL: String?

    @Option(help: ArgumentHelp("How often services are asked to report.", valueName: "duration"))
    var reportInterval: String?

    @Option(help: ArgumentHelp("How long silence is tolerated.", valueName: "duration"))
    var serviceDownTime: String?

    @Option(help: ArgumentHelp("How long heartbeats wait to be written together.", valueName: "duration"))
    var flushInterval: String?

    @Option(help: ArgumentHelp("From which level on lines are logged.", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("How log lines are written: text, json or journal.", valueName: "format"))
    var logFormat: String?

    @Option(name: .customLong("daemon-id"), help: ArgumentHelp("Tells daemons of one database apart.", valueName: "id"))
    var daemonID: String?

    /// Reads the settings from all places; a reload calls it again.
    func loader() -> SettingsLoader {
        let flags: [(name: String, key: String, value: String?)] = [
            ("--listen-http", "listen.http", listenHttp),
            ("--database-url", "database.url", databaseURL),
            ("--report-interval", "liveness.report_interval", reportInterval),
            ("--service-down-time", "liveness.service_down_time", serviceDownTime),
            ("--flush-interval", "liveness.flush_interval", flushInterval),
            ("--log-level", "log.level", logLevel),
            ("--log-format", "log.format", logFormat),
            ("--daemon-id", "daemon.id", daemonID),
        ]
        return SettingsLoader(
            file: file,
            flags: flags.compactMap { flag in
                flag.value.map { SettingsLoader.Flag(name: flag.name, key: flag.key, value: $0) }
            },
            surroundings: .current(environment: ProcessInfo.processInfo.environment)
        )
    }

    /// Reads the settings, or says on standard error what is wrong and throws the exit code.
    ///
    /// With credentials it reads those as well, which only the daemon may be able to read.
    func load(withCredentials needsCredentials: Bool = false) throws(ExitCode) -> LoadedSettings {
        do {
            return try needsCredentials ? loader().loadWithCredentials() : loader().load()
        } catch {
            for problem in error.errors { StandardStreams.complain("\(problem)") }
            throw .failure
        }
    }
}
