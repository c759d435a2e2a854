internal import Foundation
internal import Glibc

extension Console {
    /// The console of this process.
    static var standard: Console {
        var console = Console(
            environment: ProcessInfo.processInfo.environment,
            write: { writeAll($0, to: STDOUT_FILENO) },
            message: { writeAll("\($0)\n", to: STDERR_FILENO) }
        )
        console.readLine = { Swift.readLine() }
        console.isTerminal = isatty(STDOUT_FILENO) == 1
        console.width = console.isTerminal ? terminalWidth(console.environment) : nil
        return console
    }

    /// Whoever reads our output may go away (`| head`): that is no error, and nobody is left to write to.
    private static func writeAll(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                return
            }
        }
    }

    private static func terminalWidth(_ environment: [String: String]) -> Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return environment["COLUMNS"].flatMap { Int($0) } ?? 80
    }
}
