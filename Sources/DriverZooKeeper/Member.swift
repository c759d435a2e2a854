import Crypto
import LivenessCore

/// One process of a service that somebody keeps alive: `HOST:BINARY:WORKER:INCARNATION:OWNER`, each part encoded.
struct Member: Hashable, Sendable {
    /// A service's own session, and no daemon's.
    static let direct = "direct"

    var host: String
    var binary: String
    /// Empty for the only one.
    var worker: String
    /// nil where the service uses none.
    var incarnation: String?
    /// The id of the daemon that heard it, or `direct`.
    var owner: String

    init(host: String, binary: String, worker: String, incarnation: String?, owner: String) {
        self.host = host
        self.binary = binary
        self.worker = worker
        self.incarnation = incarnation
        self.owner = owner
    }

    /// nil for a node of another kind.
    init?(_ name: String) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 5, let host = NodeText.decoded(parts[0]), let binary = NodeText.decoded(parts[1]),
            let worker = NodeText.decoded(parts[2]), let incarnation = NodeText.decoded(parts[3]),
            let owner = NodeText.decoded(parts[4]), !host.isEmpty, !binary.isEmpty, !owner.isEmpty
        else { return nil }
        self.init(
            host: host,
            binary: binary,
            worker: worker,
            incarnation: incarnation.isEmpty ? nil : incarnation,
            owner: owner
        )
    }

    var name: String {
        [host, binary, worker, incarnation ?? "", owner].map(NodeText.encoded).joined(separator: ":")
    }

    /// The first two hexadecimal digits of the SHA-256 of `HOST:BINARY`.
    static func bucket(host: String, binary: String) -> String {
        let first = Array(SHA256.hash(data: Array("\(host):\(binary)".utf8))).first ?? 0
        return (first < 16 ? "0" : "") + String(first, radix: 16)
    }
}

/// Where the nodes lie.
struct Tree: Sendable {
    /// Without a slash at its end.
    let prefix: String

    init(prefix: String) {
        self.prefix = prefix
        members = "\(prefix)/members"
        daemons = "\(prefix)/daemons"
        epoch = "\(prefix)/epoch"
    }

    let members: String
    let daemons: String
    /// Random, and made once: another one means another content.
    let epoch: String

    /// The nodes above and beside which all others lie, the upper ones first.
    var trunk: [String] {
        var path = ""
        let above = prefix.split(separator: "/").map { part in
            path += "/\(part)"
            return path
        }
        return above + [members, daemons]
    }

    func daemon(_ id: String) -> String { "\(daemons)/\(NodeText.encoded(id))" }

    func bucket(topic: String, host: String, binary: String) -> Bucket {
        Bucket(topic: NodeText.encoded(topic), number: Member.bucket(host: host, binary: binary))
    }

    func path(_ topic: String) -> String { "\(members)/\(topic)" }

    func path(_ bucket: Bucket) -> String { "\(members)/\(bucket.topic)/\(bucket.number)" }

    /// The topic and the bucket whose children a path lists; nil for another path.
    func place(of path: String) -> (topic: String, bucket: Bucket?)? {
        guard path.hasPrefix("\(members)/") else { return nil }
        let parts = path.dropFirst(members.count + 1).split(separator: "/")
        switch parts.count {
        case 1: return (String(parts[0]), nil)
        case 2: return (String(parts[0]), Bucket(topic: String(parts[0]), number: String(parts[1])))
        default: return nil
        }
    }
}

/// A node below which the members of some services of one topic lie: no list of children is ever long.
struct Bucket: Hashable, Sendable {
    /// Encoded.
    var topic: String
    var number: String
}
