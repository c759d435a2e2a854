import HeartbeatDatagrams
import LivenessCore

/// Who signs datagrams, by the id of the key: what one event loop keeps of the credentials while they are the same.
struct DatagramSenders {
    final class Sender: Sendable {
        /// Nil where no credentials are asked for.
        let key: DatagramKey?
        let identity: Identity
        let expires: Timestamp?
        /// It may beat for every service.
        let isTrusted: Bool

        init(key: DatagramKey?, identity: Identity, expires: Timestamp?) {
            self.key = key
            self.identity = identity
            self.expires = expires
            isTrusted = identity.roles.contains(.operator)
        }
    }

    private let access: AccessControl
    private var generation: UInt64
    private var list: AccessList?
    private var known: [UInt64: Sender] = [:]
    private static let anybody = Sender(key: nil, identity: .anybody(at: .anyone), expires: nil)

    init(_ access: AccessControl) {
        self.access = access
        // Read in this order, so that a list that comes between the two is taken with the next look.
        generation = access.generation
        list = access.current
    }

    /// Takes in a list of credentials that was adopted since.
    mutating func refresh() {
        let newest = access.generation
        guard newest != generation else { return }
        generation = newest
        list = access.current
        known = [:]
    }

    /// Who signs with that key; nil where nobody does.
    mutating func sender(_ keyID: UInt64) -> Sender? {
        guard let list else { return Self.anybody }
        if let sender = known[keyID] { return sender }
        guard let (credential, digest) = list.credential(ofDatagramKey: keyID) else { return nil }
        let sender = Sender(
            key: DatagramKey(tokenDigest: digest),
            identity: credential.identity,
            expires: credential.expires
        )
        known[keyID] = sender
        return sender
    }
}
