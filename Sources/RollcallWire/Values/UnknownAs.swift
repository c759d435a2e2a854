/// How a reader that knows two values wants unknown to be read (`unknown_as=`).
public struct UnknownAs: RawRepresentable, Hashable, Codable, Sendable {
    /// The word on the wire.
    public let rawValue: String

    /// The choice with that word, known to this version or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// As the last known state; down when there is none.
    public static let last = UnknownAs(rawValue: "last")
    /// As up.
    public static let up = UnknownAs(rawValue: "up")
    /// As down.
    public static let down = UnknownAs(rawValue: "down")
}
