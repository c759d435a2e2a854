/// Why a store could not do what it was asked.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The database does not answer, is read-only, full or locked by another: worth another try later.
        case unavailable
        /// Our release is below the `min_release` of the database: this daemon must stop.
        case fenced
        /// The schema is missing, older or otherwise not one this release can work with.
        case schema
        /// What is stored contradicts itself, or a statement is wrong: a defect, not a condition.
        case corrupt
        /// Another daemon has the file.
        case inUse
    }

    package var code: Code
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String {
        guard let cause else { return message }
        return "\(message): \(cause)"
    }
}

extension StoreError {
    /// A daemon that flushes before it wrote its row: others could not know of it.
    package static func unregistered(_ daemon: String) -> StoreError {
        StoreError(.corrupt, "daemon \(daemon) has no row in daemons: it must write it before it flushes")
    }
}
