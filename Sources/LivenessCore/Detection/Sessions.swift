/// Sessions of their own that services hold in a back end, by the incarnation that holds them.
struct Sessions: Sendable {
    struct Session: Sendable {
        /// Of the incarnation; 0 where none is used.
        var incarnationHash: UInt64
        /// When it was first seen to stand.
        var began: Instant
    }

    private var standing: [UInt32: [Session]] = [:]
    /// Services whose session ended, with when they were last heard as it counts since.
    private var expired: [UInt32: Int64] = [:]

    var isEmpty: Bool { standing.isEmpty && expired.isEmpty }

    /// How many services hold one.
    var count: Int { standing.count }

    /// Those who hold one.
    var services: [UInt32] { Array(standing.keys) }

    subscript(service: UInt32) -> [Session] { standing[service] ?? [] }

    mutating func begin(_ hash: UInt64, of service: UInt32, at now: Instant) {
        if self[service].contains(where: { $0.incarnationHash == hash }) { return }
        standing[service, default: []].append(Session(incarnationHash: hash, began: now))
        expired[service] = nil
    }

    /// Answers the session that ended; nil where it was not known.
    @discardableResult
    mutating func end(_ hash: UInt64, of service: UInt32) -> Session? {
        guard let position = self[service].firstIndex(where: { $0.incarnationHash == hash }) else { return nil }
        let ended = standing[service]?.remove(at: position)
        if self[service].isEmpty { standing[service] = nil }
        return ended
    }

    mutating func expire(_ service: UInt32, lastHeard: Int64) { expired[service] = lastHeard }

    /// Whether its session ended and it was not heard since.
    func hasExpired(_ service: UInt32, lastHeard: Int64) -> Bool { expired[service] == lastHeard }

    mutating func forget(_ service: UInt32) {
        standing[service] = nil
        expired[service] = nil
    }

    /// The back end lost what it held: that a session is missing says nothing.
    ///
    /// Answers who held one.
    mutating func lost() -> [UInt32] {
        defer { standing = [:] }
        return Array(standing.keys)
    }
}
