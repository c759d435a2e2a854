import Glibc
package import Logging
import Synchronization

/// Where all loggers of the process write, how, and from which level on.
package final class LogOutput: Sendable {
    private let formatIndex: Atomic<Int>
    private let levelIndex: Atomic<Int>
    private let write: @Sendable (String) -> Void

    /// Lines go to standard error, one `write` each.
    package convenience init(format: LogFormat, level: Logger.Level) {
        self.init(format: format, level: level, write: Self.writeToStandardError)
    }

    init(format: LogFormat, level: Logger.Level, write: @escaping @Sendable (String) -> Void) {
        self.write = write
        formatIndex = Atomic(Self.index(of: format))
        levelIndex = Atomic(Self.index(of: level))
    }

    /// How every line is written; may change while the process runs.
    package var format: LogFormat {
        get { Self.value(at: formatIndex.load(ordering: .relaxed)) ?? .text }
        set { formatIndex.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    /// The level of every logger that has not set one of its own; may change while the process runs.
    package var level: Logger.Level {
        get { Self.value(at: levelIndex.load(ordering: .relaxed)) ?? .info }
        set { levelIndex.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    func emit(_ line: String) {
        write(line)
    }

    private static func index<Value: CaseIterable & Equatable>(of value: Value) -> Int {
        Array(Value.allCases).firstIndex(of: value) ?? 0
    }

    private static func value<Value: CaseIterable>(at index: Int) -> Value? {
        Value.allCases.dropFirst(index).first
    }

    private static let writeToStandardError: @Sendable (String) -> Void = { line in
        let bytes = Array(line.utf8)
        var start = 0
        while start < bytes.count {
            let written = bytes[start...].withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            // Nobody to tell that a log line was lost: the log is where one would.
            guard written > 0 || (written < 0 && errno == EINTR) else { return }
            start += max(written, 0)
        }
    }
}
