internal import FoundationEssentials

/// Where a daemon listens: `http://HOST:PORT`, or `http+unix://PERCENT-ENCODED-PATH` for a socket file.
public struct Endpoint: Hashable, Sendable {
    /// The address without a trailing slash; paths of calls are put behind it.
    public let url: String

    /// The endpoint at this address; `nil` when it is none.
    ///
    /// An address without a scheme is taken as `http`. A user, a query and a fragment have no place in it.
    public init?(_ text: String) {
        var address = text.contains("://") ? text : "http://" + text
        while address.hasSuffix("/") { address.removeLast() }
        guard let parsed = URL(string: address), let scheme = parsed.scheme?.lowercased(),
            ["http", "https", "http+unix"].contains(scheme),
            let host = parsed.host(percentEncoded: true), !host.isEmpty,
            parsed.user == nil, parsed.query == nil, parsed.fragment == nil,
            (1...65_535).contains(parsed.port ?? 80)
        else { return nil }
        url = address
    }

    private init(known url: String) {
        self.url = url
    }

    /// Where a daemon without any configuration listens.
    public static let standard = Endpoint(known: "http://127.0.0.1:8790")
}

extension Endpoint: CustomStringConvertible {
    /// The address.
    public var description: String { url }
}
