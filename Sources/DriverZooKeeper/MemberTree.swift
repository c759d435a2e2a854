import LivenessCore
import ZooKeeperClient

/// The members as the ensemble showed them last: lists of children that are read again only when they have changed.
///
/// One refreshes it at a time.
final class MemberTree: Sendable {
    /// What refreshes found.
    struct Change: Sendable {
        /// Those that are there now and were not, or others under the same name.
        var added: Set<String> = []
        /// Those that were there, with a transaction that was not before their removal, where one is known.
        var removed: [String: Int64?] = [:]

        mutating func add(_ path: String) { added.insert(path) }

        /// One that came and went unseen was never there.
        mutating func remove(_ path: String, _ transaction: Int64?) {
            if added.remove(path) == nil || removed[path] != nil { removed.updateValue(transaction, forKey: path) }
        }
    }

    private struct State {
        /// Whose watches stand.
        var session: Int64 = 0
        var isRootStale = true
        var staleTopics: Set<String> = []
        var staleBuckets: Set<Bucket> = []
        var buckets: [String: Set<String>] = [:]
        var names: [Bucket: Set<String>] = [:]
        /// Not taken yet.
        var change = Change()
    }

    private let tree: Tree
    private let state = Locked(State())

    init(_ tree: Tree) { self.tree = tree }

    /// The session tells of a change.
    func noticed(_ event: ZooKeeperEvent) {
        guard case .childrenChanged(let path) = event else { return }
        state.withLock { state in
            if path == tree.members {
                state.isRootStale = true
            } else if let place = tree.place(of: path) {
                if let bucket = place.bucket {
                    state.staleBuckets.insert(bucket)
                } else {
                    state.staleTopics.insert(place.topic)
                }
            }
        }
    }

    /// Reads what is not known to be as it was: the buckets of these numbers only, of whatever topic, or all.
    ///
    /// What the ensemble held when this was called is known afterwards. What could not be read stays stale.
    func refresh(_ session: ZooKeeperSession, only wanted: Set<String>? = nil) async throws(ZooKeeperError) {
        let isRootStale = state.withLock { state in
            if state.session != session.identifier {
                state.session = session.identifier
                state.isRootStale = true
                state.staleTopics = Set(state.buckets.keys)
                state.staleBuckets = Set(state.names.keys)
            }
            return state.isRootStale
        }
        if isRootStale { try await readTopics(session) }
        try await readBuckets(session)
        try await readNames(session, only: wanted)
    }

    /// What refreshes have found since this was called last; full paths.
    func takeChange() -> Change {
        state.withLock { state in
            defer { state.change = Change() }
            return state.change
        }
    }

    private func readTopics(_ session: ZooKeeperSession) async throws(ZooKeeperError) {
        state.withLock { $0.isRootStale = false }
        do throws(ZooKeeperError) {
            let list = try await session.children(of: tree.members, isWatched: true)
            let topics = Set(list?.names ?? [])
            state.withLock { state in
                // What is not there is not watched.
                if list == nil { state.isRootStale = true }
                for topic in topics where state.buckets[topic] == nil {
                    state.buckets[topic] = []
                    state.staleTopics.insert(topic)
                }
                for topic in state.buckets.keys where !topics.contains(topic) { state.staleTopics.insert(topic) }
            }
        } catch {
            state.withLock { $0.isRootStale = true }
            throw error
        }
    }

    private func readBuckets(_ session: ZooKeeperSession) async throws(ZooKeeperError) {
        let stale = state.withLock { state in
            defer { state.staleTopics = [] }
            return Array(state.staleTopics)
        }
        let read = await session.lists(of: stale, isWatched: true) { [tree] in tree.path($0) }
        state.withLock { state in
            state.staleTopics.formUnion(stale.filter { read.lists[$0] == nil })
            for (topic, list) in read.lists {
                let numbers = Set(list?.names ?? [])
                for number in numbers.symmetricDifference(state.buckets[topic] ?? []) {
                    state.staleBuckets.insert(Bucket(topic: topic, number: number))
                }
                state.buckets[topic] = list == nil ? nil : numbers
            }
        }
        if let failure = read.failure { throw failure }
    }

    private func readNames(_ session: ZooKeeperSession, only wanted: Set<String>?) async throws(ZooKeeperError) {
        let stale = state.withLock { state in
            let stale = state.staleBuckets.filter { wanted?.contains($0.number) ?? true }
            state.staleBuckets.subtract(stale)
            return Array(stale)
        }
        let read = await session.lists(of: stale, isWatched: true) { [tree] in tree.path($0) }
        let gone = Set(read.lists.compactMap { $0.value == nil ? $0.key.topic : nil })
        let ends: [String: Int64]
        do throws(ZooKeeperError) {
            ends = try await lastChanges(above: Array(gone), session)
        } catch {
            state.withLock { $0.staleBuckets.formUnion(stale) }
            throw error
        }
        state.withLock { state in
            state.staleBuckets.formUnion(stale.filter { read.lists[$0] == nil })
            for (bucket, list) in read.lists {
                let names = Set(list?.names ?? [])
                let before = state.names[bucket] ?? []
                let path = tree.path(bucket)
                for name in names.subtracting(before) { state.change.add("\(path)/\(name)") }
                for name in before.subtracting(names) {
                    state.change.remove("\(path)/\(name)", list?.changed ?? ends[bucket.topic])
                }
                state.names[bucket] = list == nil ? nil : names
                if list == nil {
                    // What is not there is not watched: its topic says when it is there again.
                    state.buckets[bucket.topic]?.remove(bucket.number)
                    state.staleTopics.insert(bucket.topic)
                }
            }
        }
        if let failure = read.failure { throw failure }
    }

    /// For buckets of these topics that are gone, transactions that were not before their end: an empty one is removed
    /// by the ensemble, perhaps a moment after its last member.
    private func lastChanges(
        above topics: [String],
        _ session: ZooKeeperSession
    ) async throws(ZooKeeperError) -> [String: Int64] {
        if topics.isEmpty { return [:] }
        let read = await session.lists(of: topics) { [tree] in tree.path($0) }
        if let failure = read.failure { throw failure }
        var changes = read.lists.compactMapValues { $0?.changed }
        if changes.count < topics.count, let root = try await session.children(of: tree.members)?.changed {
            for topic in topics where changes[topic] == nil { changes[topic] = root }
        }
        return changes
    }
}
