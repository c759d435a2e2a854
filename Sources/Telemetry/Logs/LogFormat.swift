import Glibc

/// How a log line is written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, label, message, metadata.
    case text
    /// For collectors: one object a line.
    case json
    /// For journald: the priority first, no time (journald has its own).
    case journal

    /// The format to use when none is configured: `journal` when standard error goes to journald, else `text`.
    package static func detected(environment: [String: String]) -> LogFormat {
        isJournal(environment["JOURNAL_STREAM"], descriptor: STDERR_FILENO) ? .journal : .text
    }

    /// Whether `stream`, the `DEVICE:INODE` that systemd states, is what `descriptor` writes to.
    ///
    /// A process that inherited the variable but had its output redirected does not write to the journal.
    static func isJournal(_ stream: String?, descriptor: CInt) -> Bool {
        var status = stat()
        guard let stream, fstat(descriptor, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }
}
