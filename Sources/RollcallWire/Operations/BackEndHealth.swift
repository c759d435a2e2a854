/// Whether something behind the daemon answers.
///
/// A word of a later version is kept as it came.
public struct BackEndHealth: RawRepresentable, Hashable, Codable, Sendable {
    /// The word on the wire.
    public let rawValue: String

    /// The health with that word, known to this version or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It answers.
    public static let ok = BackEndHealth(rawValue: "ok")
    /// It does not.
    public static let lost = BackEndHealth(rawValue: "lost")
}
