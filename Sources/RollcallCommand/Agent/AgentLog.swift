internal import RollcallClient
internal import RollcallWire
internal import Systemd

/// Tells people and systemd what an agent has to say.
struct AgentLog: Sendable {
    private let service: String
    private let console: Console
    private let notifier: SystemdNotifier?
    /// Whether messages go to the journal, which takes their level from a prefix (sd-daemon(3)).
    private let isJournal: Bool

    init(service: WireHeartbeat, console: Console) {
        self.service = "\(service.host) \(service.binary)"
        self.console = console
        notifier = SystemdNotifier(environment: console.environment)
        isJournal = console.environment["JOURNAL_STREAM"]?.isEmpty == false
    }

    func note(_ notice: AgentNotice) {
        switch notice {
        case .ready:
            notifier?.ready()
            write(.info, "beating for \(service)")
        case .status(let text): notifier?.status(text)
        case .message(let level, let text): write(level, text)
        }
    }

    func stopping() {
        notifier?.stopping()
    }

    /// Tells systemd's watchdog that we live, twice as often as it wants, until the task is cancelled.
    func keepWatchdogQuiet() async {
        guard let notifier, let interval = notifier.watchdogInterval else { return }
        while !Task.isCancelled {
            notifier.watchdog()
            try? await Task.sleep(for: interval / 2)
        }
    }

    private func write(_ level: AgentNotice.Level, _ text: String) {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        if isJournal {
            console.message("<\(priority(level))>\(line)")
        } else {
            console.explain("\(level.rawValue): \(line)")
        }
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
