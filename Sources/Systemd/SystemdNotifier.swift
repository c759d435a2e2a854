import Glibc

/// Tells systemd how this process is doing: datagrams to the socket named by `NOTIFY_SOCKET`, as in `sd_notify(3)`.
///
/// There is one only when systemd (or whatever plays its part) asked for it. Each message opens a socket of its own:
/// messages are rare, and nothing stays open that a child could inherit. Whoever starts children takes
/// `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` out of their environment.
package struct SystemdNotifier: Sendable {
    /// How often systemd wants to hear `WATCHDOG=1`; `nil` when it watches nothing, or another process than this.
    package let watchdogInterval: Duration?

    private let address: NotifySocketAddress

    /// There is none (`nil`) when `NOTIFY_SOCKET` is absent or names nothing that a datagram can be sent to.
    ///
    /// - Parameter environment: The variables this process was started with.
    package init?(environment: [String: String]) {
        self.init(environment: environment, processID: getpid())
    }

    init?(environment: [String: String], processID: pid_t) {
        guard let path = environment["NOTIFY_SOCKET"], let address = NotifySocketAddress(path) else { return nil }
        self.address = address
        watchdogInterval = Self.watchdogInterval(in: environment, processID: processID)
    }

    /// Sends newline-separated assignments such as `READY=1`.
    ///
    /// A lost message is not an error of the daemon: systemd has a timeout of its own for each it waits for.
    ///
    /// - Returns: Whether the message was handed over.
    @discardableResult
    package func notify(_ state: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }

        // A manager that does not read its socket must not hold a thread of ours for ever.
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))

        let message = Array(state.utf8)
        return address.withSocketAddress { address, length in
            sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), address, length) == message.count
        }
    }

    private static func watchdogInterval(in environment: [String: String], processID: pid_t) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text), microseconds > 0 else {
            return nil
        }
        // Set when the interval is meant for one process only; a child that inherited it is not that process.
        if let watched = environment["WATCHDOG_PID"], pid_t(watched) != processID { return nil }
        return .microseconds(microseconds)
    }
}
