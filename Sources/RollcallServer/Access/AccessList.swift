import Crypto
import HeartbeatDatagrams
package import LivenessCore

/// Every credential there is.
package struct AccessList: Hashable, Sendable {
    /// What its holder shows.
    package enum Proof: Hashable, Sendable {
        /// A token, of which only the SHA-256 is known (32 bytes): tokens are long and random, so nothing is gained by a
        /// slow hash.
        case token(digest: [UInt8])
        /// A certificate that is for this name.
        case certificate(name: String)
        /// A user of this machine, on its socket.
        case user(id: UInt32)
    }

    package struct Credential: Hashable, Sendable {
        package var proof: Proof
        package var identity: Identity
        /// From when on it counts no more; `nil` where it does not end.
        package var expires: Timestamp?

        package init(proof: Proof, identity: Identity, expires: Timestamp? = nil) {
            self.proof = proof
            self.identity = identity
            self.expires = expires
        }
    }

    private let credentials: [Proof: Credential]
    /// The tokens of those who may beat, by the id of the key that is made of each.
    private let datagramKeys: [UInt64: Proof]
    /// SHA-256 of certificates that count no more, whatever they are for.
    private let revoked: Set<[UInt8]>

    /// Of two credentials with one proof, the first counts.
    package init(_ credentials: [Credential], revoked: Set<[UInt8]> = []) {
        self.credentials = Dictionary(credentials.map { ($0.proof, $0) }, uniquingKeysWith: { first, _ in first })
        datagramKeys = Dictionary(
            credentials.compactMap { credential in
                guard case .token(let digest) = credential.proof, credential.identity.holds(.reporter) else {
                    return nil
                }
                return (DatagramKey.id(ofTokenDigest: digest), credential.proof)
            },
            uniquingKeysWith: { first, _ in first }
        )
        self.revoked = revoked
    }

    /// Who holds a token.
    ///
    /// It is looked up by its hash, so how long that takes tells nothing of other tokens.
    func credential(of token: String) -> Credential? {
        credentials[.token(digest: Self.digest(of: token))]
    }

    /// Who signs datagrams with the key of that id, and the SHA-256 of the token that it is made of.
    func credential(ofDatagramKey id: UInt64) -> (credential: Credential, digest: [UInt8])? {
        guard let proof = datagramKeys[id], case .token(let digest) = proof, let credential = credentials[proof] else {
            return nil
        }
        return (credential, digest)
    }

    /// Who holds a certificate: the first of its names that is known here, one that still counts before one that does not.
    func credential(of certificate: PeerCertificate, at now: Timestamp) -> Credential? {
        let known = certificate.names.compactMap { credentials[.certificate(name: $0)] }
        return known.first { $0.expires.map { now < $0 } ?? true } ?? known.first
    }

    func credential(of user: LocalUser) -> Credential? { credentials[.user(id: user.id)] }

    func hasRevoked(_ certificate: PeerCertificate) -> Bool { revoked.contains(certificate.fingerprint) }

    package static func digest(of token: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(token.utf8)))
    }
}
