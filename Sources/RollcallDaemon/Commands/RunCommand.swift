import ArgumentParser
import Logging
import Metrics
import Telemetry

/// `rollcalld [run]`: the daemon itself.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the daemon until it is told to stop. What happens when no command is named."
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let loaded = try options.load(withCredentials: true)
        let output = LogOutput(format: loaded.settings.log.format, level: loaded.settings.log.level)
        LoggingSystem.bootstrap { LineLogHandler(label: $0, output: output) }
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(PrometheusMetricsFactory(registry: registry))

        let logger = Logger(label: "rollcalld")
        for warning in loaded.warnings { logger.warning("\(warning)") }
        try await Daemon(settings: loaded, loader: options.loader(), logs: output, metrics: registry).run()
    }
}
