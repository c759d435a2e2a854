internal import FoundationEssentials

/// Where a daemon listens: `http://HOST:PORT`, or `unix:///PATH` for a socket of this machine.
public struct Endpoint: Hashable, Sendable {
    private static let socketScheme = "unix://"

    /// The address without a trailing slash, as the HTTP library takes it; paths of calls are put behind it.
    public let url: String
    /// As one would write it.
    public let description: String

    /// The endpoint at this address; `nil` when it is none.
    ///
    /// An address without a scheme is taken as `http`. A user, a query and a fragment have no place in it.
    public init?(_ text: String) {
        if text.hasPrefix(Self.socketScheme) {
            let path = String(text.dropFirst(Self.socketScheme.count))
            guard path.hasPrefix("/"), path.utf8.count > 1 else { return nil }
            // The path stands percent-encoded in the place of the host.
            self.init(known: "http+unix://" + RequestTarget(path).text.dropFirst(), as: text)
            return
        }
        var address = text.contains("://") ? text : "http://" + text
        while address.hasSuffix("/") { address.removeLast() }
        guard let parsed = URL(string: address), let scheme = parsed.scheme?.lowercased(),
            ["http", "https", "http+unix"].contains(scheme),
            let host = parsed.host(percentEncoded: true), !host.isEmpty,
            parsed.user == nil, parsed.query == nil, parsed.fragment == nil,
            (1...65_535).contains(parsed.port ?? 80)
        else { return nil }
        self.init(known: address, as: address)
    }

    private init(known url: String, as description: String) {
        self.url = url
        self.description = description
    }

    /// The host alone; `nil` for a socket of this machine.
    var host: String? {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else { return nil }
        let host = URL(string: url)?.host(percentEncoded: false)
        return host.map { $0.hasPrefix("[") && $0.hasSuffix("]") ? String($0.dropFirst().dropLast()) : $0 }
    }

    private static let standardURL = "http://127.0.0.1:8790"
    /// Where a daemon without any configuration listens.
    public static let standard = Endpoint(known: standardURL, as: standardURL)
}

extension Endpoint: CustomStringConvertible {}
