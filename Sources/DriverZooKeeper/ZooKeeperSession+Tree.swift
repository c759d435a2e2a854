import LivenessCore
import ZooKeeperClient

extension ZooKeeperSession {
    /// Lists read at the same time.
    private static let mostReads = 64

    /// The children of these, nil of one that is not there, without what could not be read.
    func lists<Place: Hashable & Sendable>(
        of places: [Place],
        isWatched: Bool = false,
        path: @escaping @Sendable (Place) -> String
    ) async -> (lists: [Place: ZooKeeperChildren?], failure: ZooKeeperError?) {
        await withTaskGroup(of: (Place, Result<ZooKeeperChildren?, ZooKeeperError>).self) { group in
            var lists: [Place: ZooKeeperChildren?] = [:]
            var failure: ZooKeeperError?
            var rest = places.makeIterator()
            func readNext() {
                guard failure == nil, let place = rest.next() else { return }
                group.addTask {
                    do throws(ZooKeeperError) {
                        return (place, .success(try await self.children(of: path(place), isWatched: isWatched)))
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

    /// The paths of all members that a daemon owns.
    func members(of daemon: String, in tree: Tree) async throws(ZooKeeperError) -> [String] {
        let topics = try await children(of: tree.members)?.names ?? []
        let inTopics = await lists(of: topics) { tree.path($0) }
        if let failure = inTopics.failure { throw failure }
        let buckets = inTopics.lists.flatMap { topic, list in
            (list?.names ?? []).map { Bucket(topic: topic, number: $0) }
        }
        let inBuckets = await lists(of: buckets) { tree.path($0) }
        if let failure = inBuckets.failure { throw failure }
        return inBuckets.lists.flatMap { bucket, list in
            (list?.names ?? []).filter { Member($0)?.owner == daemon }.map { "\(tree.path(bucket))/\($0)" }
        }
    }

    /// Makes those of the upper nodes that are missing.
    func makeTrunk(of tree: Tree) async throws(ZooKeeperError) {
        for path in tree.trunk {
            do throws(ZooKeeperError) {
                try await write([.create(path: path, value: "", .persistent)])
            } catch {
                if error.code != .nodeExists { throw error }
            }
        }
    }

    /// Makes the nodes below which the members of a bucket lie.
    func makeRoom(for bucket: Bucket, in tree: Tree) async throws(ZooKeeperError) {
        do throws(ZooKeeperError) {
            try await ensureContainer(tree.path(bucket.topic))
        } catch {
            guard error.code == .noNode else { throw error }
            try await makeTrunk(of: tree)
            try await ensureContainer(tree.path(bucket.topic))
        }
        try await ensureContainer(tree.path(bucket))
    }
}
