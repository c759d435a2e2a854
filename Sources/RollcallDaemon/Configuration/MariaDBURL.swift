import Addresses

/// `mariadb://USER[:PASSWORD]@HOST[:PORT]/NAME`, with parameters behind a `?`.
package struct MariaDBURL: Sendable, Equatable, CustomStringConvertible {
    package enum Encryption: String, Sendable {
        /// Not encrypted; the default on this machine, and nowhere else.
        case off
        /// Encrypted, the server's certificate checked.
        case required
        /// Encrypted, the server taken for whoever it says it is.
        case unverified
    }

    static let expected = """
        mariadb://USER[:PASSWORD]@HOST[:PORT]/NAME with parameters among socket=PATH, \
        tls=required|unverified|off, ca=PATH, certificate=PATH and key=PATH
        """
    private static let scheme = "mariadb://"
    private static let defaultPort: UInt16 = 3306

    package var user: String
    package var password: String?
    package var host: String
    package var port: UInt16 = MariaDBURL.defaultPort
    package var name: String
    /// The path of a Unix socket, which is used in place of host and port.
    package var socket: String?
    package var encryption: Encryption
    package var authorities: String?
    package var certificate: String?
    package var key: String?

    /// nil for what is no such URL.
    init?(_ text: String) {
        guard text.hasPrefix(Self.scheme), !text.contains("#"), !text.unicodeScalars.contains("\0") else { return nil }
        let parts = text.dropFirst(Self.scheme.count).split(
            separator: "?",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let place = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard place.count == 2, let at = place[0].lastIndex(of: "@") else { return nil }
        let credentials = place[0][..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = PercentDecoding.decode(credentials[0]), !user.isEmpty,
            let name = PercentDecoding.decode(place[1]), !name.isEmpty, !name.contains("`")
        else { return nil }
        self.user = user
        self.name = name
        if credentials.count > 1 {
            guard let password = PercentDecoding.decode(credentials[1]) else { return nil }
            self.password = password
        }
        guard let (host, port) = Self.hostAndPort(place[0][place[0].index(after: at)...]) else { return nil }
        self.host = host
        self.port = port ?? Self.defaultPort
        encryption = Self.isLocal(host) ? .off : .required
        if parts.count > 1 { guard take(parts[1]) else { return nil } }
        guard (certificate == nil) == (key == nil) else { return nil }
    }

    private static func isLocal(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private static func hostAndPort(_ text: Substring) -> (String, UInt16?)? {
        var host = text
        var rest: Substring = ""
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            rest = text[colon...]
        }
        guard !host.isEmpty, host.wholeMatch(of: #/[A-Za-z0-9._:-]+/#) != nil else { return nil }
        guard !rest.isEmpty else { return (String(host), nil) }
        guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
        return (String(host), port)
    }

    /// Takes the parameters; false for one that there is not, or that is there twice.
    private mutating func take(_ query: Substring) -> Bool {
        var seen: Set<String> = []
        for parameter in query.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = PercentDecoding.decode(parts[1]), !value.isEmpty,
                seen.insert(String(parts[0])).inserted
            else { return false }
            switch parts[0] {
            case "socket": socket = value
            case "ca": authorities = value
            case "certificate": certificate = value
            case "key": key = value
            case "tls":
                guard let encryption = Encryption(rawValue: value) else { return false }
                self.encryption = encryption
            default: return false
            }
        }
        return true
    }

    package var description: String {
        var text = Self.scheme + DatabaseURL.percentEncoded(user, delimiters: ":@/")
        if let password { text += ":" + DatabaseURL.percentEncoded(password, delimiters: "@/") }
        text += "@" + (host.contains(":") ? "[\(host)]" : host)
        if port != Self.defaultPort { text += ":\(port)" }
        text += "/" + DatabaseURL.percentEncoded(name, delimiters: "/")
        var parameters: [(String, String)] = []
        if let socket { parameters.append(("socket", socket)) }
        if encryption != (Self.isLocal(host) ? .off : .required) { parameters.append(("tls", encryption.rawValue)) }
        if let authorities { parameters.append(("ca", authorities)) }
        if let certificate { parameters.append(("certificate", certificate)) }
        if let key { parameters.append(("key", key)) }
        for (index, parameter) in parameters.enumerated() {
            text +=
                (index == 0 ? "?" : "&") + parameter.0 + "="
                + DatabaseURL.percentEncoded(parameter.1, delimiters: "&=")
        }
        return text
    }
}
