import LivenessCore

/// A ZooKeeper ensemble that never fails: who stands in it, and the daemons' beats.
final class ModelEnsemble: Sendable {
    /// The node of a process of a service, held by one daemon.
    struct Node: Hashable, Sendable {
        var service: ServiceUUID
        var incarnation: String
        var owner: String
    }

    /// A daemon's beat.
    struct Beat: Hashable, Sendable {
        var number: Int64
        /// The transactions that made the daemon's node and that wrote it last.
        var began: Int64
        var written: Int64
    }

    /// What an observer may ask for while nothing is written.
    struct Content: Sendable {
        fileprivate var transaction: Int64 = 0
        /// Each with the transaction of its last removal.
        fileprivate var removals: [Node: Int64] = [:]
        fileprivate var standing: Set<Node> = []
        /// Nodes in the order in which they came or went.
        private(set) var log: [Node] = []
        fileprivate(set) var beats: [String: Beat] = [:]

        func stands(_ node: Node) -> Bool { standing.contains(node) }

        func removal(of node: Node) -> Int64? { removals[node] }

        fileprivate mutating func remove(_ node: Node) {
            guard standing.remove(node) != nil else { return }
            removals[node] = transaction
            log.append(node)
        }

        fileprivate mutating func make(_ node: Node) {
            if standing.insert(node).inserted { log.append(node) }
        }
    }

    private let content = Locked(Content())

    /// One flush: first the nodes, in one transaction where there are any, and then the beat.
    func write(removed: [Node], made: [Node], beat: Int64, of daemon: String) {
        content.withLock { content in
            if !removed.isEmpty || !made.isEmpty { content.transaction += 1 }
            for node in removed { content.remove(node) }
            for node in made { content.make(node) }
            content.transaction += 1
            let began = content.beats[daemon]?.began ?? content.transaction
            content.beats[daemon] = Beat(number: beat, began: began, written: content.transaction)
        }
    }

    func remove(_ nodes: [Node]) {
        content.withLock { content in
            content.transaction += 1
            for node in nodes { content.remove(node) }
        }
    }

    /// All of it, as of one moment.
    func read() -> Content { content.withLock { $0 } }
}
