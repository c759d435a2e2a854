import Glibc

/// Where a relay listens: an address of the network, or a socket of this machine.
package enum RelayAddress: Hashable, Sendable {
    case network(host: String, port: Int)
    case socket(path: String)

    /// Bytes of a path that fit into an address, on every system that the HTTP library runs on.
    private static let longestPath = 103

    /// Reads `127.0.0.1:8791`, `[::1]:8791`, `localhost:8791` and `unix:/PATH`; nil for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            var path = String(text.dropFirst("unix:".count))
            if path.hasPrefix("//") { path.removeFirst(2) }
            guard path.hasPrefix("/"), (2...Self.longestPath).contains(path.utf8.count) else { return nil }
            self = .socket(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            var address = in6_addr()
            guard inet_pton(AF_INET6, host, &address) == 1 else { return nil }
        } else {
            guard !host.isEmpty, host.utf8.allSatisfy(Self.isOfName) else { return nil }
        }
        self = .network(host: host, port: Int(port))
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Whether only this machine can connect: a socket, `127.0.0.0/8`, `::1`, `localhost`.
    ///
    /// Any other name is not: who answers for it is decided elsewhere, and can change.
    package var isOfThisMachine: Bool {
        guard case .network(let host, _) = self else { return true }
        if host == "localhost" { return true }
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
        var six = in6_addr()
        guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
        return withUnsafeBytes(of: six) { bytes in bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1 }
    }
}

extension RelayAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .network(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket(let path): "unix:\(path)"
        }
    }
}
