import Crypto
import DriverCompany
import LivenessCore
import MemcachedClient

/// How far a daemon has flushed, as it writes it on every server behind what it flushed there: `1 COUNT SERVERS`.
///
/// Who sees the count there sees the keys, too. A daemon that uses other servers, another order or spelling of them or
/// another namespace writes it where nobody looks, or with another digest of its servers: to the others its count stands
/// still, and nobody is judged in spite of it.
struct FlushCount: Hashable, Sendable {
    /// Far more flushes than there will be, and no sum of two overflows.
    private static let largest = Int64.max / 4

    var count: Int64
    /// Of the list of servers that the daemon uses.
    var servers: String

    init(count: Int64, servers: String) {
        self.count = count
        self.servers = servers
    }

    init?(_ text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 3, fields[0] == "1", let count = Int64(fields[1]), (0...Self.largest).contains(count)
        else { return nil }
        self.init(count: count, servers: String(fields[2]))
    }

    var text: String { "1 \(count) \(servers)" }
}

/// The counts of other daemons' flushes, as the servers show them.
///
/// They are read before the keys they stand for.
final class FlushCounts: Sendable {
    /// A daemon that flushes no more is forgotten on the servers after this long.
    private static let lifetime = Duration.seconds(3_600)

    private let fleet: MemcachedFleet
    private let names: ServiceNames
    private let servers: String
    private let seen = Locked(VisibleCounts())

    init(fleet: MemcachedFleet, servers: [MemcachedAddress], names: ServiceNames) {
        self.fleet = fleet
        self.names = names
        let list = Array(servers.map(\.description).joined(separator: ",").utf8)
        self.servers = MemcachedKey.hexadecimal(SHA256.hash(data: list).prefix(8))
    }

    /// Writes the count of this daemon's flush.
    func write(_ count: Int64, of daemon: String) async throws(MemcachedError) {
        let value = FlushCount(count: count, servers: servers).text
        let keys = names.counts(daemon: daemon, servers: fleet.count)
        let items = keys.map { MemcachedServer.Item(key: $0, value: value, lifetime: Self.lifetime) }
        try await fleet.place(Dictionary(uniqueKeysWithValues: items.enumerated().map { ($0, $1) }))
        seen.withLock { $0.wrote(count, of: daemon) }
    }

    /// These daemons with counts that move as the servers show it; one that cannot be seen there stands still.
    func visible(_ daemons: [DaemonRecord], besides own: String) async throws(MemcachedError) -> [DaemonRecord] {
        let others = daemons.filter { $0.id != own && $0.leftAt == nil && $0.retiredAt == nil }
        let keys = others.map { names.counts(daemon: $0.id, servers: fleet.count) }
        let found = try await fleet.values(onEach: (0..<fleet.count).map { server in keys.map { $0[server] } })
        return seen.withLock { seen in
            for (daemon, keys) in zip(others, keys) {
                let counts = zip(keys, found).compactMap { key, values in values[key].flatMap(FlushCount.init) }
                let isWhole = counts.count == fleet.count && counts.allSatisfy { $0.servers == servers }
                seen.see(isWhole ? counts.map(\.count).min() : nil, of: daemon.id)
            }
            return seen.told(daemons)
        }
    }
}
