import GRDB
import LivenessCore

extension StoreError {
    /// Sorts what SQLite and GRDB throw into the few conditions that a daemon treats differently.
    init(sqlite error: any Error, file: String) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as DatabaseError:
            self.init(
                Self.code(of: error.resultCode),
                "SQLite database \(file): \(error.message ?? "error \(error.resultCode.rawValue)")",
                cause: error
            )
        case is CancellationError:
            self.init(.unavailable, "SQLite database \(file): cancelled before it was done", cause: error)
        default:
            self.init(.corrupt, "SQLite database \(file): a stored value cannot be read", cause: error)
        }
    }

    private static func code(of result: ResultCode) -> Code {
        switch result {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_IOERR, .SQLITE_CANTOPEN,
            .SQLITE_NOMEM, .SQLITE_INTERRUPT, .SQLITE_ABORT, .SQLITE_PROTOCOL, .SQLITE_PERM, .SQLITE_AUTH,
            .SQLITE_MISUSE:
            // Misuse is what GRDB answers once the store is closed.
            .unavailable
        default:
            .corrupt
        }
    }
}
