import Crypto
import DriverCompany
import LivenessCore
import MemcachedClient

/// How many flushes of a daemon a server has taken, as the daemon writes it there behind each, and how many all of them
/// have: `1 COUNT SERVERS WHOLE`.
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
    var whole: Int64

    init(count: Int64, servers: String, whole: Int64) {
        self.count = count
        self.servers = servers
        self.whole = whole
    }

    init?(_ text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 4, fields[0] == "1", let count = Int64(fields[1]), (0...Self.largest).contains(count),
            let whole = Int64(fields[3]), (0...Self.largest).contains(whole)
        else { return nil }
        self.init(count: count, servers: String(fields[2]), whole: whole)
    }

    var text: String { "1 \(count) \(servers) \(whole)" }
}

/// The counts of flushes on the servers: this daemon's as it writes them, and the others' as it sees them.
///
/// They are read before the keys they stand for.
final class FlushCounts: Sendable {
    private struct State {
        /// Flushes of this daemon that each server has taken, and that all of them have.
        var taken: [Int: Int64] = [:]
        var takenByAll: Int64?
        /// Of the others, those that every server has taken.
        var whole = VisibleCounts()
        /// And those that each has.
        var parts: [VisibleCounts]
    }

    /// What the servers show of the other daemons.
    struct Sight: Sendable {
        /// With the counts of flushes that every server has taken.
        var daemons: [DaemonRecord]
        /// By server and daemon; nil for a server that does not answer.
        var parts: [[String: Int64]?]
    }

    /// A daemon that flushes no more is forgotten on the servers after this long.
    private static let lifetime = Duration.seconds(3_600)

    private let fleet: MemcachedFleet
    private let names: ServiceNames
    private let servers: String
    private let state: Locked<State>

    init(fleet: MemcachedFleet, servers: [MemcachedAddress], names: ServiceNames) {
        self.fleet = fleet
        self.names = names
        let list = Array(servers.map(\.description).joined(separator: ",").utf8)
        self.servers = MemcachedKey.hexadecimal(SHA256.hash(data: list).prefix(8))
        state = Locked(State(parts: servers.map { _ in VisibleCounts() }))
    }

    /// Writes that these servers have taken a flush; the first of this process has that count.
    ///
    /// Returns those that do not answer.
    func write(_ count: Int64, of daemon: String, on taking: Set<Int>) async throws(MemcachedError) -> Set<Int> {
        let keys = names.counts(daemon: daemon, servers: fleet.count)
        let (counts, whole) = state.withLock { state in
            (taking.map { ($0, (state.taken[$0] ?? count - 1) + 1) }, (state.takenByAll ?? count - 1) + 1)
        }
        let items = counts.map { server, taken in
            let text = FlushCount(count: max(0, taken), servers: servers, whole: max(0, whole)).text
            return (server, MemcachedServer.Item(key: keys[server], value: text, lifetime: Self.lifetime))
        }
        let lost = try await fleet.place(Dictionary(uniqueKeysWithValues: items))
        state.withLock { state in
            for (server, taken) in counts where !lost.contains(server) { state.taken[server] = taken }
            guard lost.isEmpty, taking.count == fleet.count else { return }
            state.takenByAll = whole
            state.whole.wrote(whole, of: daemon)
        }
        return lost
    }

    /// How far these daemons have flushed; one that cannot be seen somewhere stands still there.
    func visible(_ daemons: [DaemonRecord], besides own: String) async throws(MemcachedError) -> Sight {
        let others = daemons.filter { $0.id != own && $0.leftAt == nil && $0.retiredAt == nil }
        let keys = others.map { names.counts(daemon: $0.id, servers: fleet.count) }
        let found = try await fleet.values(onEach: (0..<fleet.count).map { server in keys.map { $0[server] } })
        return state.withLock { state in
            for (daemon, keys) in zip(others, keys) {
                let counts = keys.enumerated().map { server, key in
                    found[server]?[key].flatMap(FlushCount.init).flatMap { $0.servers == servers ? $0 : nil }
                }
                for server in counts.indices where found[server] != nil {
                    state.parts[server].see(counts[server]?.count, of: daemon.id)
                }
                let isWhole = counts.allSatisfy { $0 != nil }
                state.whole.see(isWhole ? counts.compactMap { $0?.whole }.min() : nil, of: daemon.id)
            }
            let parts = (0..<fleet.count).map { server in
                found[server].map { _ in
                    Dictionary(
                        state.parts[server].told(others).map { ($0.id, $0.flushCount) },
                        uniquingKeysWith: { one, _ in one }
                    )
                }
            }
            return Sight(daemons: state.whole.told(daemons), parts: parts)
        }
    }
}
