internal import Foundation
internal import Glibc

/// A file in which a daemon wrote its process number.
enum PIDFile {
    /// What is wrong; `nil` while the process named in the file lives.
    ///
    /// Reading a file may block.
    static func fault(at path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return "pid file \(path) cannot be read" }
        let text = String(decoding: data.prefix(64), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let process = pid_t(text), process > 0 else { return "pid file \(path) holds no process number" }
        // Not allowed to signal it means that it is there.
        guard kill(process, 0) == 0 || errno == EPERM else { return "process \(process) of \(path) is gone" }
        return isZombie(process) ? "process \(process) of \(path) has ended" : nil
    }

    /// Whether it has ended and only waits for its parent: the state is the first field after the name, proc(5).
    private static func isZombie(_ process: pid_t) -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
        let text = String(decoding: data, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return false }
        return text[end...].dropFirst().first { $0 != " " } == "Z"
    }
}
