internal import RollcallClient
internal import RollcallWire
internal import Synchronization
internal import Systemd

/// Tells people and systemd what an agent has to say.
final class AgentLog: Sendable {
    private let service: String
    private let console: Console
    private let notifier: SystemdNotifier?
    /// Whether messages go to the journal, which takes their level from a prefix (sd-daemon(3)).
    private let isJournal: Bool
    /// Standard error and systemd's socket each block when nobody reads them, and neither waits for the other.
    private let lines = BlockingQueue("log")
    private let states = BlockingQueue("systemd")
    private let lastStatus = Mutex("")

    init(service: WireHeartbeat, console: Console) {
        self.service = "\(service.host) \(service.binary)"
        self.console = console
        notifier = SystemdNotifier(environment: console.environment)
        isJournal = console.environment["JOURNAL_STREAM"]?.isEmpty == false
    }

    func note(_ notice: AgentNotice) {
        switch notice {
        case .ready:
            tell { $0.ready() }
            write(.info, "beating for \(service)")
        case .forcedDown: break
        case .status(let text): if isNew(text) { tell { $0.status(text) } }
        case .message(let level, let text): write(level, text)
        }
    }

    func stopping() {
        tell { $0.stopping() }
    }

    /// Tells systemd's watchdog that we live, twice as often as it wants, until the task is cancelled.
    func keepWatchdogQuiet() async {
        guard let interval = notifier?.watchdogInterval else { return }
        while !Task.isCancelled {
            tell { $0.watchdog() }
            try? await Task.sleep(for: interval / 2)
        }
    }

    /// Waits until everything is told, but not long for a reader that does not read.
    func finish() async {
        await lines.finish(within: .seconds(1))
        await states.finish(within: .seconds(1))
    }

    /// Whether a status is another than the last one: every beat has one.
    private func isNew(_ status: String) -> Bool {
        lastStatus.withLock { last in
            defer { last = status }
            return last != status
        }
    }

    private func tell(_ message: @escaping @Sendable (SystemdNotifier) -> Void) {
        guard let notifier else { return }
        states.add { message(notifier) }
    }

    private func write(_ level: AgentNotice.Level, _ text: String) {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let text = isJournal ? "<\(priority(level))>\(line)" : "rollcall: \(level.rawValue): \(line)"
        lines.add { [console] in console.message(text) }
    }

    /// The priorities of syslog(3).
    private func priority(_ level: AgentNotice.Level) -> Int {
        switch level {
        case .info: 6
        case .warning: 4
        case .error: 3
        }
    }
}
