import ServiceLifecycle

/// Speaks to systemd for the whole life of the daemon: `READY=1` once it is ready, `WATCHDOG=1` while its loop turns,
/// `STOPPING=1` when a graceful shutdown begins.
///
/// The watchdog is fed only while the check says so. A check that answers false, or never answers, lets systemd
/// restart the process: that is what the watchdog is for.
package struct SystemdService<C: Clock>: Service where C.Duration == Duration {
    private let notifier: SystemdNotifier
    private let clock: C
    private let untilReady: @Sendable () async throws -> Void
    private let isAlive: @Sendable () async -> Bool

    /// - Parameters:
    ///   - notifier: Where to send to.
    ///   - clock: What the pings are spaced by.
    ///   - untilReady: Returns when the daemon answers requests; its error ends the service and nothing is announced.
    ///   - isAlive: Whether the daemon's loop has turned lately.
    package init(
        notifier: SystemdNotifier,
        clock: C = ContinuousClock(),
        untilReady: @escaping @Sendable () async throws -> Void = {},
        isAlive: @escaping @Sendable () async -> Bool
    ) {
        self.notifier = notifier
        self.clock = clock
        self.untilReady = untilReady
        self.isAlive = isAlive
    }

    package func run() async throws {
        try await withGracefulShutdownHandler {
            try await cancelWhenGracefulShutdown {
                try await untilReady()
                guard !Task.isShuttingDownGracefully else { return }
                notifier.ready()
                try await feedWatchdog()
            }
        } onGracefulShutdown: {
            notifier.stopping()
        }
    }

    private func feedWatchdog() async throws {
        guard let interval = notifier.watchdogInterval else {
            try await gracefulShutdown()
            return
        }
        // Half the interval, as sd_watchdog_enabled(3) advises: one late ping is no reason for a restart.
        while !Task.isCancelled {
            if await isAlive() { notifier.watchdog() }
            do {
                try await clock.sleep(for: interval / 2)
            } catch is CancellationError {
                return
            }
        }
    }
}
