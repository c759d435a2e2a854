import DriverCompany
import LivenessCore

/// Under which keys the services of the board stand.
final class ServiceNames: Sendable {
    /// A key that is to be there for as long as somebody lives.
    struct Entry: Sendable {
        var key: String
        var service: UInt32
        var worker: String
    }

    /// The key of a service without named workers, which is asked for with every look.
    private struct KnownKey {
        var uuid: ServiceUUID
        var key: String
    }

    private let keys: MemcachedKey
    /// By the services' dense numbers.
    private let known = Locked<[KnownKey?]>([])
    private let source = BoardSource()

    init(keys: MemcachedKey) {
        self.keys = keys
    }

    func begin(_ board: @escaping @Sendable () -> Board) { source.begin(board) }

    /// The board as it is now; nil before this daemon has begun.
    var board: Board? { source.board }

    func canary(server: Int, daemon: String) -> String { keys.canary(server: server, daemon: daemon) }

    /// Where a daemon counts its flushes, on each of so many servers.
    func counts(daemon: String, servers: Int) -> [String] {
        (0..<servers).map { keys.count(server: $0, daemon: daemon) }
    }

    /// The keys of every service that has not left.
    func all(on board: Board) -> [Entry] {
        known.withLock { known in
            var entries: [Entry] = []
            entries.reserveCapacity(board.count)
            for service in 0..<UInt32(board.count)
            where board.isListed(service) && board.extras[service]?.leftAt == nil {
                append(service, on: board, &known, to: &entries)
            }
            return entries
        }
    }

    /// The keys of a service: one for each of its workers.
    func entries(of service: UInt32, on board: Board) -> [Entry] {
        known.withLock { known in
            var entries: [Entry] = []
            append(service, on: board, &known, to: &entries)
            return entries
        }
    }

    /// The incarnation that is known to be current.
    func incarnation(of entry: Entry, on board: Board) -> String? {
        guard let workers = board.extras[entry.service]?.workers, !workers.isEmpty else {
            return board.incarnation(of: entry.service)
        }
        return workers.first { $0.worker.utf8.elementsEqual(entry.worker.utf8) }?.incarnation
    }

    private func append(_ service: UInt32, on board: Board, _ known: inout [KnownKey?], to entries: inout [Entry]) {
        if let workers = board.extras[service]?.workers, !workers.isEmpty {
            let name = board.name(of: service)
            entries += workers.map { worker in
                let key = keys.service(host: name.host, binary: name.binary, worker: worker.worker)
                return Entry(key: key, service: service, worker: worker.worker)
            }
            return
        }
        let number = Int(service)
        while known.count <= number { known.append(nil) }
        let uuid = board.cards[number].uuid
        if let before = known[number], before.uuid == uuid {
            return entries.append(Entry(key: before.key, service: service, worker: ""))
        }
        let name = board.name(of: service)
        let key = keys.service(host: name.host, binary: name.binary, worker: "")
        known[number] = KnownKey(uuid: uuid, key: key)
        entries.append(Entry(key: key, service: service, worker: ""))
    }
}
