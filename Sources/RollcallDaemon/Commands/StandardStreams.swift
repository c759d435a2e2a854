import ArgumentParser
import Foundation

/// What the program's short commands write.
enum StandardStreams {
    /// `EX_IOERR` of sysexits.h: the output could not be written.
    static let outputLost = ExitCode(74)

    /// Writes data.
    ///
    /// - Throws: The exit code, after standard error was told why, when it cannot be written.
    static func write(_ text: String) throws(ExitCode) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            complain("standard output cannot be written: \(words(error))")
            throw outputLost
        }
    }

    /// Writes a line for people; when that cannot be done, nobody is left to be told.
    static func complain(_ line: String) {
        tell("rollcalld: \(line)\n")
    }

    /// Writes to standard error as it is.
    static func tell(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    private static func words(_ error: any Error) -> String {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        return cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(clamping: cause.code))) : "\(error)"
    }
}
