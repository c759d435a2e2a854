import HTTPTypes
import RollcallWire

/// A version of Nova's compute API 2, as a request names it.
struct Microversion: Comparable, CustomStringConvertible {
    static let lowest = Microversion(minor: 1)
    static let highest = Microversion(minor: 75)

    /// Records show whether they are forced down, and it can be changed.
    static let forcedDown = Microversion(minor: 11)
    /// Records are named by UUID, and one call changes them.
    static let byUUID = Microversion(minor: 53)
    /// Query parameters that there are not are refused.
    static let strictQueries = Microversion(minor: 75)

    let minor: Int

    init(minor: Int) {
        self.minor = minor
    }

    /// The one that these headers name: the common header first, then the one of Nova alone; none means the lowest.
    ///
    /// Where one is named several times the last one counts, as in Nova (microversion_parse 2.1).
    ///
    /// - Throws: 400 for what is no version, 406 for one that is not spoken.
    init(_ headers: HTTPFields) throws(APIError) {
        guard let text = Self.common(headers) ?? Self.entries(headers[values: .novaVersion]).last else {
            self = .lowest
            return
        }
        if text == "latest" {
            self = .highest
            return
        }
        guard let parts = text.wholeMatch(of: #/([1-9][0-9]*)\.([1-9][0-9]*|0)/#) else {
            throw APIError.malformed(
                "API Version String \(text) is of invalid format. Must be of format MajorNum.MinorNum."
            )
        }
        // Longer than a number can be is too high as well.
        let minor = Int(parts.2) ?? .max
        guard parts.1 == "2", minor >= Self.lowest.minor, minor <= Self.highest.minor else {
            throw APIError(
                .notAcceptable,
                .versionUnsupported,
                "Version \(text) is not supported by the API. Minimum is \(Self.lowest) and maximum is \(Self.highest)."
            )
        }
        self.minor = minor
    }

    /// One header for the versions of several services: `compute 2.11, identity 3.1`.
    private static func common(_ headers: HTTPFields) -> String? {
        let named = entries(headers[values: .openStackVersion]).compactMap { entry -> String? in
            let parts = entry.split(maxSplits: 1, whereSeparator: isBlank)
            guard parts.count == 2, parts[0].lowercased() == "compute" else { return nil }
            return trimmed(parts[1])
        }
        return named.last
    }

    private static func entries(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",") }.map(trimmed)
    }

    private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: isBlank)
        while text.last.map(isBlank) == true { text.removeLast() }
        return String(text)
    }

    var description: String { "2.\(minor)" }

    static func < (one: Microversion, other: Microversion) -> Bool { one.minor < other.minor }
}

extension HTTPField.Name {
    static let openStackVersion = HTTPField.Name("OpenStack-API-Version") ?? .server
    static let novaVersion = HTTPField.Name("X-OpenStack-Nova-API-Version") ?? .server
}
