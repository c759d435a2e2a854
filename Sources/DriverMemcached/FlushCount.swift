import Crypto
import DriverCompany
import LivenessCore
import MemcachedClient

/// How many flushes of a daemon a server has taken, as the daemon writes it there behind each: `1 COUNT SERVERS`.
///
/// It goes on from the daemon's own count of its flushes. A server that has not taken all of a flush has not taken it.
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

/// The counts of flushes on the servers: this daemon's as it writes them, and the others' as it sees them.
///
/// They are read before the keys they stand for.
final class FlushCounts: Sendable {
    private struct State {
        /// Flushes of this daemon that each server has taken.
        var taken: [Int: Int64] = [:]
        /// Servers that have not taken all of the flush under way.
        var missed: Set<Int> = []
        /// Those of the flush before.
        var missedBefore: Set<Int> = []
        var seen = SeenCounts()
    }

    /// A daemon that flushes no more is forgotten on the servers after this long.
    private static let lifetime = Duration.seconds(3_600)

    private let fleet: MemcachedFleet
    private let names: ServiceNames
    private let servers: String
    private let state = Locked(State())

    init(fleet: MemcachedFleet, servers: [MemcachedAddress], names: ServiceNames) {
        self.fleet = fleet
        self.names = names
        let list = Array(servers.map(\.description).joined(separator: ",").utf8)
        self.servers = MemcachedKey.hexadecimal(SHA256.hash(data: list).prefix(8))
    }

    /// These servers have not taken a part of the flush under way.
    func missed(_ lost: Set<Int>) { state.withLock { $0.missed.formUnion(lost) } }

    /// Ends the flush with that count: tells it on the servers that have taken all of it.
    ///
    /// - Returns: The servers that have not, and whether one took it that had not taken the one before.
    /// - Throws: When none has.
    func write(_ count: Int64, of daemon: String) async throws(MemcachedError) -> (missed: Set<Int>, isRegained: Bool) {
        let keys = names.counts(daemon: daemon, servers: fleet.count)
        let counts = state.withLock { state in
            Set(0..<fleet.count).subtracting(state.missed).map { ($0, (state.taken[$0] ?? count - 1) + 1) }
        }
        let items = counts.map { server, taken in
            let text = FlushCount(count: taken, servers: servers).text
            return (server, MemcachedServer.Item(key: keys[server], value: text, lifetime: Self.lifetime))
        }
        let lost = try await fleet.place(Dictionary(uniqueKeysWithValues: items))
        let (missed, isRegained) = state.withLock { state in
            for (server, taken) in counts where !lost.contains(server) { state.taken[server] = taken }
            let missed = state.missed.union(lost)
            let isRegained = !state.missedBefore.isSubset(of: missed)
            state.missedBefore = missed
            state.missed = []
            if missed.count < fleet.count { state.seen.wrote(count, of: daemon) }
            return (missed, isRegained)
        }
        if missed.count == fleet.count { throw MemcachedError(unanswered: "any server") }
        return (missed, isRegained)
    }

    /// These daemons with counts that move as the servers show it; one that cannot be seen there stands still.
    func visible(_ daemons: [DaemonRecord], besides own: String) async throws(MemcachedError) -> [DaemonRecord] {
        let others = daemons.filter { $0.id != own && $0.leftAt == nil && $0.retiredAt == nil }
        let keys = others.map { names.counts(daemon: $0.id, servers: fleet.count) }
        let found = try await fleet.values(onEach: (0..<fleet.count).map { server in keys.map { $0[server] } })
        return state.withLock { state in
            for (daemon, keys) in zip(others, keys) {
                let sights = keys.enumerated().map { server, key -> SeenCounts.Sight in
                    guard let values = found[server] else { return .unanswered }
                    let count = values[key].flatMap(FlushCount.init)
                    return count.map { $0.servers == servers ? .count($0.count) : .nothing } ?? .nothing
                }
                state.seen.see(sights, of: daemon.id)
            }
            return state.seen.told(daemons)
        }
    }
}
