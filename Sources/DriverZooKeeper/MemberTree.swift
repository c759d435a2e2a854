import LivenessCore
import ZooKeeperClient

/// The members as the ensemble showed them last: lists of children that are read again only when they have changed.
///
/// One refreshes it at a time.
final class MemberTree: Sendable {
    /// What refreshes found.
    struct Change: Sendable {
        var added: [String] = []
        var removed: [String] = []
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

    /// Lists read at the same time.
    private static let mostReads = 64

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

    /// Reads what is not known to be as it was: of the buckets these only, or all.
    ///
    /// What the ensemble held when this was called is known afterwards. What could not be read stays stale.
    func refresh(_ session: ZooKeeperSession, only wanted: Set<Bucket>? = nil) async throws(ZooKeeperError) {
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
            let topics = Set(list ?? [])
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
        let read = await lists(session, stale) { [tree] in tree.path($0) }
        state.withLock { state in
            state.staleTopics.formUnion(stale.filter { read.lists[$0] == nil })
            for (topic, list) in read.lists {
                let numbers = Set(list ?? [])
                for number in numbers.symmetricDifference(state.buckets[topic] ?? []) {
                    state.staleBuckets.insert(Bucket(topic: topic, number: number))
                }
                state.buckets[topic] = list == nil ? nil : numbers
            }
        }
        if let failure = read.failure { throw failure }
    }

    private func readNames(_ session: ZooKeeperSession, only wanted: Set<Bucket>?) async throws(ZooKeeperError) {
        let stale = state.withLock { state in
            let stale = wanted.map { state.staleBuckets.intersection($0) } ?? state.staleBuckets
            state.staleBuckets.subtract(stale)
            return Array(stale)
        }
        let read = await lists(session, stale) { [tree] in tree.path($0) }
        state.withLock { state in
            state.staleBuckets.formUnion(stale.filter { read.lists[$0] == nil })
            for (bucket, list) in read.lists {
                let names = Set(list ?? [])
                let before = state.names[bucket] ?? []
                let path = tree.path(bucket)
                state.change.added += names.subtracting(before).map { "\(path)/\($0)" }
                state.change.removed += before.subtracting(names).map { "\(path)/\($0)" }
                state.names[bucket] = list == nil ? nil : names
            }
        }
        if let failure = read.failure { throw failure }
    }

    /// The children of these, nil of one that is not there, without what could not be read.
    private func lists<Place: Hashable & Sendable>(
        _ session: ZooKeeperSession,
        _ places: [Place],
        path: @escaping @Sendable (Place) -> String
    ) async -> (lists: [Place: [String]?], failure: ZooKeeperError?) {
        await withTaskGroup(of: (Place, Result<[String]?, ZooKeeperError>).self) { group in
            var lists: [Place: [String]?] = [:]
            var failure: ZooKeeperError?
            var rest = places.makeIterator()
            func readNext() {
                guard failure == nil, let place = rest.next() else { return }
                group.addTask {
                    do throws(ZooKeeperError) {
                        return (place, .success(try await session.children(of: path(place), isWatched: true)))
                    } catch {
                        return (place, .failure(error))
                    }
                }
            }
            for _ in 0..<Self.mostReads { readNext() }
            for await (place, result) in group {
                switch result {
                case .success(let list): lists.updateValue(list, forKey: place)
                case .failure(let error): failure = error
                }
                readNext()
            }
            return (lists, failure)
        }
    }
}
