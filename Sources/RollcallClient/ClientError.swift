public import RollcallWire

/// Why a call did not do what it was asked.
public struct ClientError: Error, Hashable, Sendable {
    /// What kind of failure it is.
    public enum Code: Hashable, Sendable {
        /// No endpoint answered, or every one that did said it cannot now (503).
        case noAnswer
        /// The daemon refused; ``ClientError/error`` says why.
        case refused
        /// The daemon knows no such service (404).
        case noSuchService
        /// The caller may not do this (401, 403).
        case notAllowed
        /// Something answered, and it was not what a Rollcall daemon answers.
        case unreadableReply
        /// The task was cancelled.
        case cancelled
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence for people, with what each endpoint did.
    public let message: String
    /// The HTTP status, where a daemon answered.
    public let status: Int?
    /// The daemon's own words, where it gave them.
    public let error: WireError?

    /// A failure of that kind.
    public init(code: Code, message: String, status: Int? = nil, error: WireError? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.error = error
    }
}

extension ClientError: CustomStringConvertible {
    /// The sentence for people.
    public var description: String { message }
}
