import BlockingCalls
import CMemcached

/// One memcached server and the connections to it.
///
/// After an error they are closed, and new ones are opened. While somebody tends to it (`tend`), nobody waits for a server
/// that is known not to answer.
package actor MemcachedServer {
    /// A value to be put under a key.
    package struct Item: Hashable, Sendable {
        package var key: String
        package var value: String
        /// How long it is kept; nil: for as long as there is room.
        package var lifetime: Duration?

        package init(key: String, value: String, lifetime: Duration?) {
            self.key = key
            self.value = value
            self.lifetime = lifetime
        }
    }

    /// The server takes a longer time for a date.
    package static let longestLifetime = Duration.seconds(30 * 24 * 3_600)

    /// Values that are sent before they are read back.
    private static let mostItems = 5_000

    package nonisolated let address: MemcachedAddress
    private let limit: Duration
    private let executor: BlockingExecutor
    private var connection: Connections?
    /// Set while it does not answer.
    private var failure: MemcachedError?
    private var isTended = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - address: Where it is.
    ///   - limit: An answer that stays away for longer is an error.
    package init(_ address: MemcachedAddress, limit: Duration = .seconds(1)) {
        self.address = address
        self.limit = limit
        executor = BlockingExecutor(label: "memcached \(address)")
    }

    /// Puts values under their keys; returns when the server has all of them.
    ///
    /// Of two values for one key the later counts. They are sent all at once, without waiting for an answer to each, and
    /// then read back; what does not come back as it was sent is put there once more, and this time answered for.
    package func set(_ items: [Item]) throws(MemcachedError) {
        try use { connection throws(MemcachedError) in
            for start in stride(from: 0, to: items.count, by: Self.mostItems) {
                try Self.set(items[start..<min(start + Self.mostItems, items.count)], over: connection)
            }
        }
    }

    private static func set(_ items: ArraySlice<Item>, over connection: Connections) throws(MemcachedError) {
        let wanted = Dictionary(items.map { ($0.key, $0) }) { _, later in later }
        let keys = Array(wanted.keys)
        try connection.stream.send(Array(wanted.values))
        let found = try connection.stream.values(of: keys)
        for item in wanted.values where found[item.key] != item.value { try connection.plain.set(item) }
    }

    /// The values of the keys that are there, asked for all at once; the server looks in the order of the keys.
    package func values(of keys: [String]) throws(MemcachedError) -> [String: String] {
        guard !keys.isEmpty else { return [:] }
        return try use { connection throws(MemcachedError) in try connection.plain.values(of: keys) }
    }

    /// Removes keys, those that are not there as well.
    package func remove(_ keys: [String]) throws(MemcachedError) {
        try use { connection throws(MemcachedError) in
            for key in keys { try connection.plain.remove(key) }
        }
    }

    /// What the server counts, by its own names, such as `evictions` and `uptime`.
    package func statistics() throws(MemcachedError) -> [String: String] {
        try use { connection throws(MemcachedError) in try connection.plain.statistics() }
    }

    /// Looks whether the server answers again, after it has not, for as long as the task lives.
    package nonisolated func tend() async {
        // With a thread and connections of its own: who looks must keep nobody waiting.
        let probe = MemcachedServer(address, limit: limit)
        await setTended(true)
        while !Task.isCancelled {
            if await failure != nil, (try? await probe.statistics()) != nil { await answered() }
            try? await Task.sleep(for: Self.pause * Double.random(in: 0.75...1.25))
        }
        await setTended(false)
    }

    /// Between two looks, give or take a quarter.
    private static let pause = Duration.milliseconds(400)

    private func setTended(_ isTended: Bool) { self.isTended = isTended }

    private func answered() { failure = nil }

    private func use<Value>(
        _ body: (Connections) throws(MemcachedError) -> Value
    ) throws(MemcachedError) -> Value {
        if isTended, let failure { throw failure }
        do throws(MemcachedError) {
            let value = try attempt(body)
            failure = nil
            return value
        } catch {
            if error.isLoss { failure = error }
            throw error
        }
    }

    /// Uses the open connection, or a new one.
    ///
    /// A connection that was open may be one to a server that has been restarted since: everything is tried once more
    /// over a new one, for nothing here does harm twice. A server that is silent has had its time.
    private func attempt<Value>(
        _ body: (Connections) throws(MemcachedError) -> Value
    ) throws(MemcachedError) -> Value {
        if let open = connection {
            do throws(MemcachedError) {
                return try body(open)
            } catch {
                connection = nil
                if error.number == MEMCACHED_TIMEOUT.rawValue { throw error }
            }
        }
        let new = Connections(
            plain: try Connection(address, limit: limit),
            stream: try Connection(address, limit: limit, isAnswered: false)
        )
        let value = try body(new)
        connection = new
        return value
    }

    private struct Connections {
        /// Every order is answered for.
        let plain: Connection
        /// Values are sent in a stream.
        let stream: Connection
    }
}
