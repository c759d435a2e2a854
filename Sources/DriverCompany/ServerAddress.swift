/// Where a server of a back end is: `HOST:PORT`, an IPv6 address in brackets.
package struct ServerAddress: Hashable, Sendable {
    package var host: String
    package var port: UInt16

    /// nil for anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        let isName = !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/,".utf8.contains($0) }
        guard isName else { return nil }
        self.host = String(host)
        self.port = port
    }

    /// As it is written in settings.
    package var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
