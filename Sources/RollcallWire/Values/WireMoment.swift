/// A moment a request may give as an instant or as a time from now.
public enum WireMoment: Hashable, Sendable {
    /// An instant, on the wire RFC 3339 text.
    case at(WireTime)
    /// Seconds from the moment the daemon applies it, on the wire a number.
    case after(Double)
}

extension WireMoment: Codable {
    /// Reads a number of seconds or RFC 3339 text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let seconds = try? container.decode(Double.self) {
            self = .after(seconds)
        } else {
            self = .at(try container.decode(WireTime.self))
        }
    }

    /// Writes a number of seconds or RFC 3339 text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .at(let time): try container.encode(time)
        case .after(let seconds): try container.encode(seconds)
        }
    }
}
