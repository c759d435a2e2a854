import Logging
import Telemetry

/// The daemon, assembled from its settings.
struct Daemon {
    private let settings: LoadedSettings
    private let loader: SettingsLoader
    private let logs: LogOutput
    private let metrics: PrometheusRegistry

    /// - Parameters:
    ///   - settings: What to run with.
    ///   - loader: Reads the settings anew on `SIGHUP`.
    ///   - logs: Where the loggers of the process write; its level and format follow a reload.
    ///   - metrics: What a scrape shows.
    init(settings: LoadedSettings, loader: SettingsLoader, logs: LogOutput, metrics: PrometheusRegistry) {
        self.settings = settings
        self.loader = loader
        self.logs = logs
        self.metrics = metrics
    }

    /// Refuses: this build reads settings and serves nothing yet.
    func run() async throws {
        throw DaemonError.nothingToRun
    }
}

/// Why the daemon does not run.
enum DaemonError: Error, CustomStringConvertible {
    case nothingToRun

    var description: String {
        switch self {
        case .nothingToRun: "this build has no engine to run"
        }
    }
}
