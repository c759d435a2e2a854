/// The names that requests may be meant for.
///
/// A page in somebody's browser can be made to call a loopback address under a name of its author's choice (DNS
/// rebinding); the name in `Host` gives it away. The port is not looked at: it may be forwarded.
struct HostNames: Sendable {
    private let names: Set<String>

    init(_ settings: ServerSettings) {
        var names = Set(settings.names.map { $0.lowercased() })
        names.insert(settings.host.lowercased())
        if settings.host == "localhost" || settings.host == "::1" || settings.host.hasPrefix("127.") {
            names.formUnion(["localhost", "127.0.0.1", "::1"])
        }
        self.names = names
    }

    /// Whether a request with this `Host`, in lower case and without its port, was meant for this daemon when it came in
    /// at this address.
    func contains(_ host: String, localAddress: String?) -> Bool {
        names.contains(host) || host == localAddress
    }

    /// `Host` without its port and without the brackets of an IPv6 address, in lower case; empty for what is none.
    static func host(_ authority: String) -> String {
        let host: Substring
        let rest: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return "" }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
        } else {
            let end = authority.firstIndex(of: ":") ?? authority.endIndex
            host = authority[..<end]
            rest = authority[end...]
        }
        let port = rest.utf8.dropFirst()
        guard rest.isEmpty || rest.hasPrefix(":") && port.allSatisfy({ (0x30...0x39).contains($0) }) else { return "" }
        return host.lowercased()
    }
}
