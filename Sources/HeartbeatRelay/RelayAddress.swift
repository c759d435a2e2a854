package import Addresses

/// Where a relay listens: an address of the network, or a socket of this machine.
package enum RelayAddress: Hashable, Sendable {
    case network(ListenAddress)
    case socket(path: String)

    /// Reads `127.0.0.1:8791`, `[::1]:8791`, `localhost:8791` and `unix:/PATH`; nil for anything else.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            var path = String(text.dropFirst("unix:".count))
            if path.hasPrefix("//") { path.removeFirst(2) }
            guard path.hasPrefix("/"), (2...SocketFile.longestPath).contains(path.utf8.count) else { return nil }
            self = .socket(path: path)
            return
        }
        guard let address = ListenAddress(text) else { return nil }
        self = .network(address)
    }

    /// Whether only this machine can connect.
    package var isOfThisMachine: Bool {
        guard case .network(let address) = self else { return true }
        return address.isLoopback
    }

    /// Why the system refused to listen there, from its error number.
    func refusal(_ code: Int32) -> String {
        switch self {
        case .network: ListenAddress.refusal(code)
        case .socket: SocketFile.refusal(code)
        }
    }
}

extension RelayAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .network(let address): address.description
        case .socket(let path): "unix:\(path)"
        }
    }
}
