internal import Subprocess

/// How a process ended, for people and for whoever started us.
struct Ending: Hashable, Sendable {
    let words: String
    /// Its exit status; 128 and the signal's number for one that was killed, as shells do.
    let status: Int32

    /// Of one that was killed and did not end.
    static let abandoned = Ending(words: "could not be killed", status: 128 + 9)

    private init(words: String, status: Int32) {
        self.words = words
        self.status = status
    }

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
