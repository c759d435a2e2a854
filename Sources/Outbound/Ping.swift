import LivenessCore
import LivenessEngine
import Logging
import ServiceLifecycle

/// Calls an address for as long as this daemon is well, so that somebody elsewhere misses the calls when it is not: who
/// watches the watcher.
struct Ping: Service {
    private let url: String
    private let interval: Duration
    private let engine: LivenessEngine
    private let delivery: Delivery
    private let logger: Logger

    init(_ url: String, every interval: Duration, _ engine: LivenessEngine, _ delivery: Delivery, _ logger: Logger) {
        self.url = url
        self.interval = interval
        self.engine = engine
        self.delivery = delivery
        self.logger = logger
    }

    /// Calls until graceful shutdown.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var hasFailed = false
            while true {
                try Task.checkCancellation()
                if isWell {
                    let outcome = await delivery.get(url)
                    if outcome != .taken, !hasFailed {
                        logger.warning("the ping is not answered", metadata: ["outcome": "\(outcome)"])
                    }
                    hasFailed = outcome != .taken
                }
                try? await engine.sleep(for: interval)
            }
        }
    }

    /// It sees, and what it stands on answers.
    private var isWell: Bool { engine.sight.isClear }
}

extension Ping: CustomStringConvertible {
    var description: String { "Ping" }
}
