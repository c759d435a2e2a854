internal import Foundation
internal import Glibc

extension Console {
    /// The console of this process.
    static var standard: Console {
        var console = Console(
            environment: ProcessInfo.processInfo.environment,
            write: { text in
                do throws(Errno) { try writeAll(text, to: STDOUT_FILENO) } catch { throw Failure(output: error) }
            },
            message: { try? writeAll("\($0)\n", to: STDERR_FILENO) }
        )
        console.readLine = { Swift.readLine() }
        console.isTerminal = isatty(STDOUT_FILENO) == 1
        console.width = console.isTerminal ? terminalWidth(console.environment) : nil
        return console
    }

    private static func writeAll(_ text: String, to descriptor: Int32) throws(Errno) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Somebody made the pipe one that does not wait; then we do.
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&room, 1, -1)
            case let code: throw Errno(code: code)
            }
        }
    }

    private static func terminalWidth(_ environment: [String: String]) -> Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return environment["COLUMNS"].flatMap { Int($0) } ?? 80
    }
}
