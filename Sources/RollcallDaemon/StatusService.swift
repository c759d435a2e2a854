import LivenessCore
import LivenessEngine
import ServiceLifecycle
import Systemd

/// Keeps the one line up to date that `systemctl status` shows.
struct StatusService: Service {
    private static let interval: Duration = .seconds(5)

    let notifier: SystemdNotifier
    let engine: LivenessEngine

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                notifier.status(line)
                do { try await Task.sleep(for: Self.interval) } catch { return }
            }
        }
    }

    private var line: String {
        let counts = engine.board.stateCounts
        let back = engine.readiness.isDriverLost ? "; the database does not answer" : ""
        return "\(counts[.up] ?? 0) up, \(counts[.down] ?? 0) down, \(counts[.unknown] ?? 0) unknown\(back)"
    }
}
