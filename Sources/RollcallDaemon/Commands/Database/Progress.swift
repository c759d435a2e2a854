import Glibc
import Synchronization

/// How far something long has come, on standard error: in one line that changes on a terminal, in a line every few
/// seconds elsewhere.
final class Progress: Sendable {
    private struct State {
        var shown = ContinuousClock.now
        var isOpen = false
        var done = 0
    }

    private let what: String
    private let began = ContinuousClock.now
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    init(_ what: String) {
        self.what = what
    }

    /// As it was told last.
    var done: Int { state.withLock { $0.done } }

    private var pause: Duration { isTerminal ? .milliseconds(100) : .seconds(5) }

    func show(_ done: Int, of total: Int) {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            state.done = done
            guard now - state.shown >= pause else { return false }
            state.shown = now
            state.isOpen = isTerminal
            return true
        }
        guard isDue else { return }
        let line = Self.line(done, of: total, what, after: now - began)
        StandardStreams.tell(isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n")
    }

    /// Ends the line on a terminal.
    func end() {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        if wasOpen { StandardStreams.tell("\n") }
    }

    static func line(_ done: Int, of total: Int, _ what: String, after elapsed: Duration) -> String {
        let seconds = max(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18, 0.001)
        let rate = Double(done) / seconds
        let share = total > 0 ? min(100, done * 100 / total) : 100
        let left = rate > 0 ? Double(max(0, total - done)) / rate : 0
        return "\(done) of \(total) \(what) (\(share) %), \(Int(rate)) a second, \(Int(left.rounded(.up))) s left"
    }
}
