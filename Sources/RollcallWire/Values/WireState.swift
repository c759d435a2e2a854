/// What is believed of a service.
///
/// A word of a later version is kept as it came.
public struct WireState: RawRepresentable, Hashable, Codable, Sendable {
    /// The word on the wire.
    public let rawValue: String

    /// The state with that word, known to this version or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It lives.
    public static let up = WireState(rawValue: "up")
    /// It does not, and this was earned or forced.
    public static let down = WireState(rawValue: "down")
    /// It cannot be told now; the reason says why.
    public static let unknown = WireState(rawValue: "unknown")
}
