import MemcachedClient

/// The servers, each asked for what is its own, all at the same time.
///
/// A call goes on without those that do not answer, and says which they are: what is on them is nowhere else.
struct MemcachedFleet: Sendable {
    /// What the servers were found to hold.
    struct Sight: Sendable {
        var values: [String: String] = [:]
        /// Servers that do not answer.
        var lost: Set<Int> = []
        /// Servers that answer, and whose canary was gone when their keys had been looked for.
        var emptied: Set<Int> = []
    }

    /// Keys in one question.
    private static let mostKeys = 5_000

    private let ring: MemcachedRing
    private let servers: [MemcachedServer]

    init(_ addresses: [MemcachedAddress]) throws(MemcachedError) {
        ring = try MemcachedRing(addresses)
        servers = addresses.map { MemcachedServer($0) }
    }

    var count: Int { servers.count }

    /// The server that a key belongs on, by its position.
    func server(of key: String) -> Int { ring.server(of: key) }

    /// The address of a server, for people.
    func name(of server: Int) -> String { servers[server].address.description }

    /// Looks after servers that do not answer, for as long as the task lives: meanwhile nobody waits for them.
    func tend() async {
        await withTaskGroup(of: Void.self) { group in
            for server in servers { group.addTask { await server.tend() } }
        }
    }

    /// What belongs on each server.
    func split(_ items: [MemcachedServer.Item]) -> [[MemcachedServer.Item]] {
        var parts = Array(repeating: [MemcachedServer.Item](), count: servers.count)
        for item in items { parts[ring.server(of: item.key)].append(item) }
        return parts
    }

    /// Returns the servers that do not answer.
    func set(_ parts: [[MemcachedServer.Item]]) async throws(MemcachedError) -> Set<Int> {
        try await lost { number, server throws(MemcachedError) in
            if !parts[number].isEmpty { try await server.set(parts[number]) }
        }
    }

    /// Returns the servers that do not answer.
    @discardableResult
    func remove(_ keys: [String]) async throws(MemcachedError) -> Set<Int> {
        let parts = split(keys)
        return try await lost { number, server throws(MemcachedError) in
            if !parts[number].isEmpty { try await server.remove(parts[number]) }
        }
    }

    /// What stands under the keys; each server's canary is looked for behind its keys, for one that is missing then may
    /// have been there before.
    ///
    /// It fails when no server answers.
    func values(of keys: [String], canaries: [MemcachedServer.Item]) async throws(MemcachedError) -> Sight {
        let parts = split(keys)
        let (found, lost) = try await each { number, server throws(MemcachedError) in
            let canary = canaries[number]
            var values: [String: String] = [:]
            var isEmptied = false
            var start = 0
            repeat {
                let end = min(start + Self.mostKeys, parts[number].count)
                var some = try await server.values(of: parts[number][start..<end] + [canary.key])
                if some.removeValue(forKey: canary.key) != canary.value { isEmptied = true }
                values.merge(some) { _, later in later }
                start = end
            } while start < parts[number].count
            return (values, isEmptied)
        }
        var sight = Sight(lost: lost)
        for (number, part) in found {
            sight.values.merge(part.0) { _, later in later }
            if part.1 { sight.emptied.insert(number) }
        }
        return sight
    }

    /// Puts what belongs on the server of its position there, wherever its key would have belonged.
    ///
    /// Returns the servers that do not answer.
    @discardableResult
    func place(_ items: [Int: MemcachedServer.Item]) async throws(MemcachedError) -> Set<Int> {
        try await lost { number, server throws(MemcachedError) in
            if let item = items[number] { try await server.set([item]) }
        }
    }

    /// What stands under keys of each server that answers, by its position, wherever they would have belonged.
    ///
    /// It fails when no server answers.
    func values(onEach keys: [[String]]) async throws(MemcachedError) -> [Int: [String: String]] {
        try await each { number, server throws(MemcachedError) in try await server.values(of: keys[number]) }.found
    }

    /// How many values each server that answers has dropped to make room, since it started.
    func evictions() async throws(MemcachedError) -> [Int: Int64] {
        try await each { _, server throws(MemcachedError) in
            try await server.statistics()["evictions"].flatMap { Int64($0) } ?? 0
        }.found
    }

    private func split(_ keys: [String]) -> [[String]] {
        var parts = Array(repeating: [String](), count: servers.count)
        for key in keys { parts[ring.server(of: key)].append(key) }
        return parts
    }

    /// Asks all servers; fails when none answers.
    private func each<Value: Sendable>(
        _ body: @escaping @Sendable (Int, MemcachedServer) async throws(MemcachedError) -> Value
    ) async throws(MemcachedError) -> (found: [Int: Value], lost: Set<Int>) {
        let (found, lost, failure) = try await ask(body)
        if found.isEmpty, let failure { throw failure }
        return (found, lost)
    }

    /// Tells servers what is theirs; returns those that do not answer.
    private func lost(
        _ body: @escaping @Sendable (Int, MemcachedServer) async throws(MemcachedError) -> Void
    ) async throws(MemcachedError) -> Set<Int> {
        try await ask(body).lost
    }

    private func ask<Value: Sendable>(
        _ body: @escaping @Sendable (Int, MemcachedServer) async throws(MemcachedError) -> Value
    ) async throws(MemcachedError) -> (found: [Int: Value], lost: Set<Int>, failure: MemcachedError?) {
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
            return await group.reduce(into: [Int: Result<Value, MemcachedError>]()) { $0[$1.0] = $1.1 }
        }
        var found: [Int: Value] = [:]
        var failure: MemcachedError?
        for (number, result) in results {
            do throws(MemcachedError) {
                found[number] = try result.get()
            } catch {
                failure = error
                // What a server refuses is for the caller, and no server is lost.
                if !error.isLoss { throw error }
            }
        }
        return (found, Set(servers.indices).subtracting(found.keys), failure)
    }
}
