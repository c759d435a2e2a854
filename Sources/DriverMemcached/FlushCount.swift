import LivenessCore
import MemcachedClient

/// How far a daemon has flushed, as it writes it on every server behind what it flushed there: `1 COUNT SERVERS`.
///
/// Who sees the count there sees the keys, too. A daemon that uses other servers, another order of them or another
/// namespace writes it where nobody looks, or with another number of servers: to the others its count stands still,
/// and nobody is judged in spite of it.
struct FlushCount: Hashable, Sendable {
    var count: Int64
    /// How many servers the daemon uses.
    var servers: Int

    init(count: Int64, servers: Int) {
        self.count = count
        self.servers = servers
    }

    init?(_ text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 3, fields[0] == "1", let count = Int64(fields[1]), let servers = Int(fields[2]) else {
            return nil
        }
        self.init(count: count, servers: servers)
    }

    var text: String { "1 \(count) \(servers)" }
}

/// The counts of other daemons' flushes, as the servers show them.
///
/// They are read before the keys they stand for.
final class FlushCounts: Sendable {
    private let fleet: MemcachedFleet
    private let names: ServiceNames
    /// The highest that was seen on all servers.
    private let seen = Locked<[String: Int64]>([:])

    init(fleet: MemcachedFleet, names: ServiceNames) {
        self.fleet = fleet
        self.names = names
    }

    /// Writes the count of this daemon's flush.
    func write(_ count: Int64, of daemon: String) async throws(MemcachedError) {
        let value = FlushCount(count: count, servers: fleet.count).text
        let keys = names.counts(daemon: daemon, servers: fleet.count)
        let items = keys.map { MemcachedServer.Item(key: $0, value: value, lifetime: nil) }
        try await fleet.place(Dictionary(uniqueKeysWithValues: items.enumerated().map { ($0, $1) }))
    }

    /// These daemons with the counts that the servers show; one that cannot be seen there stands where it stood.
    func visible(_ daemons: [DaemonRecord], besides own: String) async throws(MemcachedError) -> [DaemonRecord] {
        let others = daemons.filter { $0.id != own && $0.leftAt == nil && $0.retiredAt == nil }
        if others.isEmpty { return daemons }
        let keys = others.map { names.counts(daemon: $0.id, servers: fleet.count) }
        let found = try await fleet.values(onEach: (0..<fleet.count).map { server in keys.map { $0[server] } })
        return seen.withLock { seen in
            for (daemon, keys) in zip(others, keys) {
                let counts = zip(keys, found).compactMap { key, values in values[key].flatMap(FlushCount.init) }
                let isWhole = counts.count == fleet.count && counts.allSatisfy { $0.servers == fleet.count }
                if isWhole, let least = counts.map(\.count).min() { seen[daemon.id] = least }
            }
            return daemons.map { daemon in
                var visible = daemon
                if daemon.id != own { visible.flushCount = seen[daemon.id] ?? 0 }
                return visible
            }
        }
    }
}
