import LivenessCore

/// Under which keys the services of the board stand.
final class ServiceNames: Sendable {
    /// A key that is to be there for as long as somebody lives.
    struct Entry: Sendable {
        var key: String
        var service: UInt32
        var worker: String
        var incarnation: String?
    }

    private let keys: MemcachedKey
    private let source = Locked<(@Sendable () -> Board)?>(nil)

    init(keys: MemcachedKey) {
        self.keys = keys
    }

    func begin(_ board: @escaping @Sendable () -> Board) { source.withLock { $0 = board } }

    /// The board as it is now; nil before this daemon has begun.
    var board: Board? { source.withLock { $0 }?() }

    func canary(server: Int, daemon: String) -> String { keys.canary(server: server, daemon: daemon) }

    /// Where a daemon counts its flushes, on each of so many servers.
    func counts(daemon: String, servers: Int) -> [String] {
        (0..<servers).map { keys.count(server: $0, daemon: daemon) }
    }

    /// The keys of every service that has not left.
    func all(on board: Board) -> [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(board.count)
        for service in 0..<UInt32(board.count) where board.isListed(service) && board.extras[service]?.leftAt == nil {
            entries += self.entries(of: service, on: board)
        }
        return entries
    }

    /// The keys of a service: one for each of its workers.
    func entries(of service: UInt32, on board: Board) -> [Entry] {
        let name = board.name(of: service)
        let workers = board.extras[service]?.workers ?? []
        guard !workers.isEmpty else {
            let key = keys.service(host: name.host, binary: name.binary, worker: "")
            return [Entry(key: key, service: service, worker: "", incarnation: board.incarnation(of: service))]
        }
        return workers.map { worker in
            Entry(
                key: keys.service(host: name.host, binary: name.binary, worker: worker.worker),
                service: service,
                worker: worker.worker,
                incarnation: worker.incarnation
            )
        }
    }
}
