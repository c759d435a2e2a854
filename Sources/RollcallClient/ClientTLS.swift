/// The files of a client that speaks TLS, all of them PEM.
public struct ClientTLS: Hashable, Sendable {
    /// Who signs the certificates of daemons; `nil` for those that the system trusts.
    public var authorities: String?
    /// What the client shows, with the certificates between it and the authority; `nil` where it shows nothing.
    public var certificate: String?
    /// The private key of that certificate.
    public var key: String?

    /// What is trusted and shown.
    public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
    }
}
