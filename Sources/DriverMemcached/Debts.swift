import LivenessCore
import MemcachedClient

/// Values that a server has not taken because it did not answer: it is to have them before anybody may believe that it
/// shows all that this daemon heard.
final class Debts: Sendable {
    private struct Debt: Sendable {
        var item: MemcachedServer.Item
        var since: ContinuousClock.Instant
    }

    private let owed = Locked<[Int: [String: Debt]]>([:])

    /// Servers that are owed something.
    var servers: Set<Int> { owed.withLock { Set($0.keys) } }

    /// The server has not taken what was heard at `since`: of two values for one key the later counts.
    func owe(_ item: MemcachedServer.Item, to server: Int, since: ContinuousClock.Instant) {
        owed.withLock { $0[server, default: [:]][item.key] = Debt(item: item, since: since) }
    }

    /// Up to `limit` of what the server is to be given now, each with what is left of its time.
    ///
    /// Those whose service's down time is over are owed no more: others would take them for news.
    func due(to server: Int, limit: Int, at now: ContinuousClock.Instant) -> [MemcachedServer.Item] {
        var items: [MemcachedServer.Item] = []
        var over: [String] = []
        for debt in owed.withLock({ Array(($0[server] ?? [:]).values.prefix(limit)) }) {
            var item = debt.item
            if let lifetime = item.lifetime {
                let left = lifetime - (now - debt.since)
                if left <= MemcachedReporter.grace {
                    over.append(item.key)
                    continue
                }
                item.lifetime = left
            }
            items.append(item)
        }
        settle(over, at: server)
        return items
    }

    /// These were written, or are to be there no more.
    func settle(_ keys: [String], at server: Int) {
        owed.withLock { owed in
            for key in keys { owed[server]?[key] = nil }
            if owed[server]?.isEmpty ?? false { owed[server] = nil }
        }
    }
}
