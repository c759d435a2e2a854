internal import ArgumentParser
internal import Glibc
internal import RollcallClient
internal import RollcallWire

/// Why a command ends with another status than 0: the one place where errors become exit statuses.
struct Failure: Error {
    static let refused: Int32 = 1
    static let noSuchService: Int32 = 3
    static let noAnswer: Int32 = 4
    static let notAllowed: Int32 = 5
    /// `EX_USAGE` of sysexits.h.
    static let usage: Int32 = 64
    /// `EX_IOERR` of sysexits.h: what was asked is done, and its output is lost.
    static let outputLost: Int32 = 74
    /// That of a program killed by SIGPIPE, as shells say it.
    static let nobodyReads: Int32 = 128 + 13

    var status: Int32
    /// For standard error; nothing is written when it is empty.
    var message: String
    /// Help that was asked for, for standard output.
    var help = ""
    /// Help that was not asked for, after the message: how the command is used.
    var usage = ""

    init(status: Int32, _ message: String) {
        self.status = status
        self.message = message
    }

    /// Output that cannot be written.
    ///
    /// Whoever read it may have gone away (`| head`): nothing is said of that.
    init(output error: Errno) {
        if error.code == EPIPE {
            self.init(status: Self.nobodyReads, "")
        } else {
            self.init(status: Self.outputLost, "standard output cannot be written: \(error)")
        }
    }

    /// Ends with a status that says it all.
    static func silently(_ status: Int32) -> Failure { Failure(status: status, "") }

    init(_ error: any Error) {
        switch error {
        case let failure as Failure:
            self = failure
        case let error as ClientError:
            self.init(status: Self.status(for: error.code), error.message)
        case is CancellationError:
            self.init(status: Self.refused, "cancelled")
        default:
            let status = Rollcall.exitCode(for: error).rawValue
            if status == 0 {
                self.init(status: status, "")
                help = Rollcall.fullMessage(for: error) + "\n"
            } else {
                // The whole of it: "Error: …", then the usage, in lines of their own.
                self.init(status: status, Rollcall.message(for: error))
                let whole = Rollcall.fullMessage(for: error)
                usage = whole.split(separator: "\n").drop { $0.hasPrefix("Error: ") }.joined(separator: "\n")
            }
        }
    }

    private static func status(for code: ClientError.Code) -> Int32 {
        switch code {
        case .refused, .cancelled: refused
        case .noSuchService: noSuchService
        case .noAnswer, .unreadableReply: noAnswer
        case .notAllowed: notAllowed
        }
    }
}
