/// A time on the wire: microseconds since 1970-01-01 UTC, written as RFC 3339 text with six fraction digits.
///
/// Wall time is for people to read. No verdict compares it with another machine's clock.
public struct WireTime: Hashable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
    public var microseconds: Int64

    /// The time that many microseconds after 1970-01-01T00:00:00Z.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }
}

extension WireTime: Comparable {
    /// Whether `one` is earlier than `other`.
    public static func < (one: WireTime, other: WireTime) -> Bool { one.microseconds < other.microseconds }
}

extension WireTime: Codable {
    /// Reads RFC 3339 text; anything else is a `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = WireTime(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected an RFC 3339 time such as 2026-01-31T12:00:00Z"
            )
        }
        self = time
    }

    /// Writes RFC 3339 text in UTC.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
