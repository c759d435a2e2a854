internal import Subprocess

/// How a process ended, for people and for whoever started us.
struct Ending: Hashable, Sendable {
    let words: String
    /// Its exit status; 128 and the signal's number for one that was killed, as shells do.
    let status: Int32

    init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code):
            words = "exited with status \(code)"
            self.status = code
        case .signaled(let signal):
            words = "killed by signal \(signal)"
            self.status = 128 + signal
        }
    }
}
