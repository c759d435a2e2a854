/// A version of the native API, written `major.minor`.
///
/// Within a major version nothing is renamed, removed or re-typed.
public struct APIVersion: Hashable, Sendable {
    /// Raised when something is renamed, removed or re-typed.
    public var major: Int
    /// Raised when something is added.
    public var minor: Int

    /// The version `major.minor`.
    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// The version this library speaks, and the one meant by a request that names none.
    public static let current = APIVersion(major: 1, minor: 0)

    /// The header in which every reply, and any request that wants to, names its version.
    public static let headerName = "Rollcall-API-Version"
}

extension APIVersion: Comparable {
    /// Whether `one` is older than `other`.
    public static func < (one: APIVersion, other: APIVersion) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }
}

extension APIVersion: LosslessStringConvertible {
    /// `major.minor`.
    public var description: String { "\(major).\(minor)" }

    /// Reads `major.minor`, both plain decimal numbers of at most four digits; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Self.number(parts[0]), let minor = Self.number(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
