/// What an entry of the transition log tells.
///
/// A kind of a later version is kept as it came.
public struct TransitionKind: RawRepresentable, Hashable, Codable, Sendable {
    /// The word on the wire.
    public let rawValue: String

    /// The kind with that word, known to this version or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A service changed its state.
    public static let state = TransitionKind(rawValue: "state")
    /// A record was made.
    public static let created = TransitionKind(rawValue: "created")
    /// A record was edited.
    public static let updated = TransitionKind(rawValue: "updated")
    /// A record was deleted.
    public static let deleted = TransitionKind(rawValue: "deleted")
    /// Something happened to a daemon.
    public static let daemon = TransitionKind(rawValue: "daemon")
}
