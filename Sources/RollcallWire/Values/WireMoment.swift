/// A moment a request may give as an instant or as a time from now.
public enum WireMoment: Hashable, Sendable {
    /// An instant, on the wire RFC 3339 text.
    case at(WireTime)
    /// Seconds from the moment the daemon applies it, on the wire a number.
    case after(Double)
}

extension WireMoment: Codable {
    /// Reads a number of seconds, a duration such as `10m`, or RFC 3339 text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let seconds = try? container.decode(Double.self) {
            self = .after(seconds)
        } else if let seconds = (try? container.decode(String.self)).flatMap(Self.seconds) {
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

    /// The seconds of a duration as the configuration writes them: `500ms`, `10s`, `2m`, `1h`, `30d`.
    private static func seconds(_ text: String) -> Double? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int32(digits) else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return Double(number) / 1_000
        case "s": return Double(number)
        case "m": return Double(number) * 60
        case "h": return Double(number) * 3_600
        case "d": return Double(number) * 86_400
        default: return nil
        }
    }
}
