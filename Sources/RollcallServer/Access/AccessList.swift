import Crypto
package import LivenessCore

/// Every credential there is.
package struct AccessList: Hashable, Sendable {
    /// One token, of which only the SHA-256 is known: tokens are long and random, so nothing is gained by a slow hash.
    package struct Credential: Hashable, Sendable {
        /// 32 bytes.
        package var digest: [UInt8]
        package var identity: Identity
        /// From when on it counts no more; `nil` where it does not end.
        package var expires: Timestamp?

        package init(digest: [UInt8], identity: Identity, expires: Timestamp? = nil) {
            self.digest = digest
            self.identity = identity
            self.expires = expires
        }
    }

    private let credentials: [[UInt8]: Credential]

    /// Of two credentials with one digest, the first counts.
    package init(_ credentials: [Credential]) {
        self.credentials = Dictionary(credentials.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Who holds a token.
    ///
    /// It is looked up by its hash, so how long that takes tells nothing of other tokens.
    func credential(of token: String) -> Credential? {
        credentials[Self.digest(of: token)]
    }

    package static func digest(of token: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(token.utf8)))
    }
}
