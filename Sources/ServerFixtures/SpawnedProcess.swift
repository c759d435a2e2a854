import Foundation
import Glibc
import Synchronization

/// A process that a test started, in a process group of its own.
///
/// What it prints goes to two files, so that it never waits for a reader, not even while the test is busy.
package final class SpawnedProcess: Sendable {
    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        case killed(Int32)
    }

    package struct NotStarted: Error {
        package let program: String
        package let errno: Int32
    }

    private typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// `posix_spawn_file_actions_addclosefrom_np` (glibc 2.34), which its header keeps from programs without `_GNU_SOURCE`.
    private static let addCloseFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
        unsafeBitCast($0, to: AddCloseFrom.self)
    }

    package let identifier: Int32
    private let outputFile: String
    private let messageFile: String
    private let known = Mutex<Ending?>(nil)

    /// - Parameters:
    ///   - program: The file to run.
    ///   - arguments: What follows its name.
    ///   - environment: All of its variables.
    ///   - prefix: The beginning of the paths of the two files its output goes to.
    /// - Throws: `NotStarted`.
    package init(_ program: String, _ arguments: [String], environment: [String: String], output prefix: String) throws
    {
        outputFile = prefix + ".out"
        messageFile = prefix + ".err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, messageFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // Nothing else of ours: a socket that a child holds as well is not closed when we close it.
        _ = Self.addCloseFrom?(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Whatever the test runner ignores or blocks, the program starts as a shell would start it.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var process: pid_t = 0
        let result = posix_spawn(&process, program, &actions, &attributes, &words, &variables)
        guard result == 0 else { throw NotStarted(program: program, errno: result) }
        identifier = process
    }

    deinit { end() }

    package var output: String { (try? String(contentsOfFile: outputFile, encoding: .utf8)) ?? "" }
    package var messages: String { (try? String(contentsOfFile: messageFile, encoding: .utf8)) ?? "" }

    /// Sends a signal unless the process has been waited for: until then its number is nobody else's.
    package func send(_ signal: Int32) {
        known.withLock { if $0 == nil { kill(identifier, signal) } }
    }

    /// Stops it as a debugger would; returns when it stands still.
    ///
    /// The signal is delivered to one thread and takes the others with it when that one runs: on a busy machine they
    /// go on for a while.
    package func stop() async throws {
        send(SIGSTOP)
        let folder = "/proc/\(identifier)/task"
        try await eventually("process \(identifier) stands still") {
            let threads = try FileManager.default.contentsOfDirectory(atPath: folder)
            return threads.allSatisfy { thread in
                let text = (try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8)) ?? ""
                // The state follows the name, which may itself hold blanks and brackets.
                return text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst(2).first == "T"
            }
        }
    }

    /// Lets it go on.
    package func resume() { send(SIGCONT) }

    /// How it ended; `nil` while it lives.
    package var ending: Ending? { reap(WNOHANG) }

    /// Waits until it has ended.
    package func ended() async throws -> Ending {
        try await eventually("process \(identifier) ends") { ending }
    }

    /// Ends it and what it started in its group, at once.
    package func end() {
        known.withLock { if $0 == nil { kill(-identifier, SIGKILL) } }
        _ = reap(0)
    }

    private func reap(_ options: Int32) -> Ending? {
        known.withLock { known in
            if known == nil {
                var status: Int32 = 0
                guard waitpid(identifier, &status, options) == identifier else { return nil }
                let signal = status & 0x7f
                known = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal)
            }
            return known
        }
    }
}
