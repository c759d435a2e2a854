/// Which database holds the records.
package enum DatabaseURL: Sendable, Equatable, CustomStringConvertible {
    /// A file of this machine, by its absolute path.
    case sqlite(path: String)
    case mariaDB(MariaDBURL)

    /// The URL as one would write it, with the password.
    package var description: String {
        switch self {
        case .sqlite(let path): "sqlite://" + Self.percentEncoded(path)
        case .mariaDB(let url): url.description
        }
    }

    /// The URL without its password, for people and for logs.
    var shown: String { Self.redacted(description) }

    /// A text that is to be such a URL, without its password.
    ///
    /// Works on any text, also on what is no URL: a mistyped one must not show its password in the error. What lies
    /// between the first colon after the scheme and the last `@` goes, and so do parameters that say `password`.
    static func redacted(_ text: String) -> String {
        var result = text
        let start = result.firstRange(of: "://")?.upperBound ?? result.startIndex
        if let at = result.lastIndex(of: "@"), start < at, let colon = result[start..<at].firstIndex(of: ":") {
            result.replaceSubrange(result.index(after: colon)..<at, with: "***")
        }
        while let range = result.firstMatch(of: #/(?i)(password=)(?!\*\*\*)[^&]*/#)?.range {
            result.replaceSubrange(range, with: "password=***")
        }
        return result
    }

    /// `delimiters` end the part of the URL that the text stands in.
    static func percentEncoded(_ text: String, delimiters: String = "") -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0...0x20, 0x7f...,
                _ where delimiters.utf8.contains(byte):
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0" + digits : "%" + digits
            default: encoded.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return encoded
    }
}
