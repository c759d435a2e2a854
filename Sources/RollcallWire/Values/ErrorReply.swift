/// An error reply: `{"error":{"code","message","detail"}}`.
public struct ErrorReply: Hashable, Codable, Sendable {
    /// What went wrong.
    public var error: WireError

    /// The document around an error.
    public init(error: WireError) {
        self.error = error
    }
}
