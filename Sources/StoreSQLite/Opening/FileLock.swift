import LivenessCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Keeps a second daemon away from the file for as long as this value lives.
///
/// It is an exclusive `flock` on a file of its own beside the database: the kernel lifts it however the process ends,
/// and SQLite's own locks stay untouched. The file stays behind; what counts is the lock, not that it exists.
final class FileLock: Sendable {
    private let descriptor: Int32

    init(besideDatabase database: String) throws(StoreError) {
        let path = "\(database).lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(.unavailable, "cannot open the lock file \(path): \(FileLock.reason(errno))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = errno
            let holder = FileLock.read(descriptor)
            close(descriptor)
            guard error == EWOULDBLOCK else {
                throw StoreError(.unavailable, "cannot lock \(path): \(FileLock.reason(error))")
            }
            let process = holder.map { " (process \($0))" } ?? ""
            throw StoreError(.inUse, "the database \(database) is in use by another daemon\(process)")
        }
        self.descriptor = descriptor
        FileLock.write(getpid(), to: descriptor)
    }

    deinit {
        // Closing alone would leave it to the last duplicate, and a process that is just being started has one until
        // its program begins.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// The process id that the holder wrote; nil when there is none to read.
    private static func read(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    /// Says who holds the lock.
    ///
    /// It is for people only, so a full disk does not matter here.
    private static func write(_ process: Int32, to descriptor: Int32) {
        let bytes = Array("\(process)\n".utf8)
        guard ftruncate(descriptor, 0) == 0 else { return }
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }

    private static func reason(_ code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }
}
