import LivenessCore
import LivenessEngine
import Logging
import RollcallServer
import ServiceLifecycle
import Synchronization
import Systemd
import Telemetry
import UnixSignals

/// Reads the settings anew on `SIGHUP`.
///
/// What is invalid changes nothing; what cannot change while the daemon runs is named and left.
final class ReloadService: Service {
    private let current: Mutex<LoadedSettings>
    private let loader: SettingsLoader
    private let engine: LivenessEngine
    private let downTimes: DownTimes
    private let access: AccessControl
    private let tls: ServerTLS?
    private let logs: LogOutput
    private let notifier: SystemdNotifier?
    private let logger: Logger

    init(
        settings: LoadedSettings,
        loader: SettingsLoader,
        engine: LivenessEngine,
        downTimes: DownTimes,
        access: AccessControl,
        tls: ServerTLS?,
        logs: LogOutput,
        notifier: SystemdNotifier?,
        logger: Logger
    ) {
        current = Mutex(settings)
        self.loader = loader
        self.engine = engine
        self.downTimes = downTimes
        self.access = access
        self.tls = tls
        self.logs = logs
        self.notifier = notifier
        self.logger = logger
    }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            notifier?.reloading()
            reload()
            notifier?.ready()
        }
    }

    private func reload() {
        do {
            let before = current.withLock { $0 }
            let reload = try SettingsReload(from: before, to: loader.load())
            current.withLock { $0 = reload.loaded }
            let machine = reload.loaded.settings.machine
            engine.adopt(machine)
            downTimes.adopt(machine)
            access.adopt(reload.loaded.access)
            if let material = reload.loaded.tls { tls?.adopt(material) }
            logs.level = reload.loaded.settings.log.level
            logs.format = reload.loaded.settings.log.format
            for problem in reload.problems { logger.error("settings not adopted: \(problem)") }
            for warning in reload.loaded.warnings { logger.warning("\(warning)") }
            for key in reload.ignored {
                logger.warning("this setting holds from the next start on", metadata: ["key": "\(key)"])
            }
            logger.notice("settings read again", metadata: ["changed": "\(reload.changed.joined(separator: ", "))"])
        } catch {
            for problem in error.errors { logger.error("settings not adopted: \(problem)") }
        }
    }
}
