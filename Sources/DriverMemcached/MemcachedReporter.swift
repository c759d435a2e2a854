import DriverCompany
import LivenessCore
import MemcachedClient

/// The writing half: a flush sets one value after the other on each server, then this daemon's count, and then touches
/// its row.
///
/// What a server that does not answer has not taken it is owed, and before it has that, too, the count there stands still.
struct MemcachedReporter: LivenessReporter {
    /// A key outlasts its service's down time by this, so that it does not vanish before anybody may be judged.
    static let grace = Duration.seconds(2)
    /// Values that a server is given of what it is owed with one flush: others wait for it.
    private static let mostPaid = 20_000

    /// Numbers writes of those who state no sequence, so that a value that is written anew is another one.
    private final class WriteNumbers: Sendable {
        /// Not those of the process before.
        private let last = Locked(Int64.random(in: 1...(1 << 40)) << 20)

        func next() -> Int64 {
            last.withLock { last in
                last &+= 1
                return last
            }
        }
    }

    /// What is to be set, and how long ago it was heard.
    private struct Value {
        var item: MemcachedServer.Item
        var age: Duration
    }

    private let numbers = WriteNumbers()
    private let debts = Debts()

    var fleet: MemcachedFleet
    var counts: FlushCounts
    var daemons: DaemonTable
    var names: ServiceNames
    var downTimes: DownTimes
    var daemon: String

    func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult {
        // What became of the records is for the log to tell.
        var result = FlushResult(news: [], missing: [], incarnations: [])
        do throws(MemcachedError) {
            try await write(values(of: flush))
            if flush.isLast {
                try await payDebts()
                let taking = Set(0..<fleet.count).subtracting(debts.servers)
                let lost = try await counts.write(flush.count, of: daemon, on: taking)
                // A flush that nobody took is none.
                if lost.count == taking.count { throw MemcachedError(unanswered: "any server") }
                result.isPartial = taking.count < fleet.count || !lost.isEmpty
            } else {
                result.isPartial = !debts.servers.isEmpty
            }
        } catch {
            throw DriverError(error)
        }
        try await daemons.note(flush)
        return result
    }

    private func write(_ values: [Value]) async throws(MemcachedError) {
        let parts = fleet.split(values.map(\.item))
        let lost = try await fleet.set(parts)
        if lost.count == fleet.count { throw MemcachedError(unanswered: "any server") }
        let now = ContinuousClock.now
        for server in parts.indices where !lost.contains(server) { debts.settle(parts[server].map(\.key), at: server) }
        if lost.isEmpty { return }
        for value in values {
            let server = fleet.server(of: value.item.key)
            if lost.contains(server) { debts.owe(value.item, to: server, since: now - value.age) }
        }
    }

    /// Gives the servers that answer a part of what they are owed.
    private func payDebts() async throws(MemcachedError) {
        let owed = debts.servers
        if owed.isEmpty { return }
        let now = ContinuousClock.now
        let parts = (0..<fleet.count).map { server in
            owed.contains(server) ? debts.due(to: server, limit: Self.mostPaid, at: now) : []
        }
        let lost = try await fleet.set(parts)
        for server in owed.subtracting(lost) { debts.settle(parts[server].map(\.key), at: server) }
    }

    func remove(_ services: [ServiceKey]) async throws(DriverError) {
        guard let board = names.board else { return }
        let keys = services.filter { Int($0.service) < board.count }
            .flatMap { names.entries(of: $0.service, on: board) }.map(\.key)
        for server in 0..<fleet.count { debts.settle(keys, at: server) }
        do throws(MemcachedError) {
            try await fleet.remove(keys)
        } catch {
            throw DriverError(error)
        }
    }

    private func values(of flush: HeartbeatFlush) -> [Value] {
        guard !flush.renewals.isEmpty, let board = names.board else { return [] }
        let workers = Dictionary(grouping: flush.workers, by: \.serviceID)
        let number = numbers.next()
        var values: [Value] = []
        values.reserveCapacity(flush.renewals.count)
        for renewal in flush.renewals where Int(renewal.service) < board.count {
            let entries = names.entries(of: renewal.service, on: board)
            let heard = workers[renewal.serviceID] ?? []
            let lifetime = lifetime(of: renewal.service, on: board)
            for entry in entries {
                let sequence: UInt64?
                if heard.isEmpty {
                    sequence = renewal.sequence
                } else if let worker = heard.first(where: { $0.worker == entry.worker }) {
                    sequence = worker.sequence
                } else {
                    continue
                }
                let card = board.cards[Int(renewal.service)]
                let value = MemcachedValue(
                    incarnation: names.incarnation(of: entry, on: board),
                    sequence: sequence.map(MemcachedValue.Sequence.stated) ?? .written(number),
                    version: card.version,
                    reportInterval: card.reportInterval,
                    owner: daemon
                )
                let item = MemcachedServer.Item(key: entry.key, value: value.text, lifetime: lifetime)
                values.append(Value(item: item, age: max(.zero, flush.at - renewal.lastSeenUp)))
            }
        }
        return values
    }

    private func lifetime(of service: UInt32, on board: Board) -> Duration {
        let topic = board.profile(of: service).topic
        let interval = board.cards[Int(service)].reportInterval
        return downTimes.downTime(topic: topic, reportInterval: interval) + Self.grace
    }
}

extension DriverError {
    init(_ error: MemcachedError) {
        self.init(.lost, "memcached does not answer", cause: error)
    }
}
