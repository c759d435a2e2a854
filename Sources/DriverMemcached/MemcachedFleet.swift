import MemcachedClient

/// The servers, each asked for what is its own, all at the same time.
///
/// A server that fails fails the call: what was on it is nowhere else.
struct MemcachedFleet: Sendable {
    /// Keys in one question.
    private static let mostKeys = 5_000

    private let ring: MemcachedRing
    private let servers: [MemcachedServer]

    init(_ addresses: [MemcachedAddress]) throws(MemcachedError) {
        ring = try MemcachedRing(addresses)
        servers = addresses.map { MemcachedServer($0) }
    }

    var count: Int { servers.count }

    func set(_ items: [MemcachedServer.Item]) async throws(MemcachedError) {
        var parts = Array(repeating: [MemcachedServer.Item](), count: servers.count)
        for item in items { parts[ring.server(of: item.key)].append(item) }
        try await each { [parts] number, server throws(MemcachedError) in
            if !parts[number].isEmpty { try await server.set(parts[number]) }
        }
    }

    func remove(_ keys: [String]) async throws(MemcachedError) {
        let parts = split(keys)
        try await each { number, server throws(MemcachedError) in
            if !parts[number].isEmpty { try await server.remove(parts[number]) }
        }
    }

    /// What stands under the keys, and for each server whether its canary was still there when its keys had been looked
    /// for: else one that is missing may have been there a moment ago.
    func values(
        of keys: [String],
        canaries: [MemcachedServer.Item]
    ) async throws(MemcachedError) -> (values: [String: String], lost: Set<Int>) {
        let parts = split(keys)
        let found = try await each { number, server throws(MemcachedError) in
            let canary = canaries[number]
            var values: [String: String] = [:]
            var isLost = false
            var start = 0
            repeat {
                let end = min(start + Self.mostKeys, parts[number].count)
                var some = try await server.values(of: parts[number][start..<end] + [canary.key])
                if some.removeValue(forKey: canary.key) != canary.value { isLost = true }
                values.merge(some) { _, later in later }
                start = end
            } while start < parts[number].count
            return (values, isLost)
        }
        var values: [String: String] = [:]
        var lost: Set<Int> = []
        for (number, part) in found.enumerated() {
            values.merge(part.0) { _, later in later }
            if part.1 { lost.insert(number) }
        }
        return (values, lost)
    }

    /// Puts what belongs on the server of its position there, wherever its key would have belonged.
    func place(_ items: [Int: MemcachedServer.Item]) async throws(MemcachedError) {
        try await each { number, server throws(MemcachedError) in
            if let item = items[number] { try await server.set([item]) }
        }
    }

    /// What stands under keys of each server, by its position, wherever they would have belonged.
    func values(onEach keys: [[String]]) async throws(MemcachedError) -> [[String: String]] {
        try await each { number, server throws(MemcachedError) in try await server.values(of: keys[number]) }
    }

    /// How many values each server has dropped to make room, since it started.
    func evictions() async throws(MemcachedError) -> [Int64] {
        try await each { _, server throws(MemcachedError) in
            try await server.statistics()["evictions"].flatMap { Int64($0) } ?? 0
        }
    }

    private func split(_ keys: [String]) -> [[String]] {
        var parts = Array(repeating: [String](), count: servers.count)
        for key in keys { parts[ring.server(of: key)].append(key) }
        return parts
    }

    @discardableResult
    private func each<Value: Sendable>(
        _ body: @escaping @Sendable (Int, MemcachedServer) async throws(MemcachedError) -> Value
    ) async throws(MemcachedError) -> [Value] {
        let results = await withTaskGroup(of: (Int, Result<Value, MemcachedError>).self) { group in
            for (number, server) in servers.enumerated() {
                group.addTask {
                    do throws(MemcachedError) {
                        return (number, .success(try await body(number, server)))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            var results: [Int: Result<Value, MemcachedError>] = [:]
            for await (number, result) in group { results[number] = result }
            return results
        }
        var values: [Value] = []
        for number in servers.indices {
            if let value = try results[number]?.get() { values.append(value) }
        }
        return values
    }
}
