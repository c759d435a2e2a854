/// Who is at the other end of a connection, as far as the connection itself tells.
enum Peer: Sendable {
    /// Whoever can reach the port.
    case anyone
    /// Who has shown a certificate that an authority which counts has signed.
    case holder(PeerCertificate)
    /// A user of this machine.
    case user(LocalUser)

    /// Whether the connection came through a socket of this machine, where no browser comes.
    var isLocal: Bool { if case .user = self { true } else { false } }
}
