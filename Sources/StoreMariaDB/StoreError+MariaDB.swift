import LivenessCore
import MariaDBClient

extension StoreError {
    /// Sorts what the server and its library say into the few conditions that a daemon treats differently.
    init(mariaDB error: any Error, at place: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as MariaDBError: self.init(Self.code(of: error), "MariaDB \(place): \(error)", cause: error)
        case is CancellationError:
            self.init(.unavailable, "MariaDB \(place): cancelled before it was done", cause: error)
        default: self.init(.corrupt, "MariaDB \(place): a stored value cannot be read", cause: error)
        }
    }

    private static func code(of error: MariaDBError) -> Code {
        if error.isMissingTable { return .schema }
        let isUnavailable =
            error.isConnectionLost || error.isUnableNow || error.isRefused || error.isDeadlock || error.isLockTimeout
        return isUnavailable ? .unavailable : .corrupt
    }
}
