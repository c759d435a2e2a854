import LivenessCore

/// A memcached server that never fails: values with an end, and how far each daemon has flushed.
final class ModelMemcached: Sendable {
    struct Value: Hashable, Sendable {
        var incarnation: String
        var sequence: UInt64
        var owner: String
    }

    private struct State {
        var values: [ServiceUUID: (value: Value, end: Instant)] = [:]
        var counts: [String: Int64] = [:]
    }

    private let state = Locked(State())

    /// The values first, then the count: who sees the count sees the values.
    func set(_ values: [(ServiceUUID, Value, lifetime: Duration)], count: Int64, of daemon: String, at now: Instant) {
        state.withLock { state in
            for (uuid, value, lifetime) in values { state.values[uuid] = (value, now + lifetime) }
            state.counts[daemon] = count
        }
    }

    func remove(_ uuids: [ServiceUUID]) {
        state.withLock { state in for uuid in uuids { state.values[uuid] = nil } }
    }

    func value(of uuid: ServiceUUID, at now: Instant) -> Value? {
        state.withLock { state in state.values[uuid].flatMap { now < $0.end ? $0.value : nil } }
    }

    func count(of daemon: String) -> Int64? { state.withLock { $0.counts[daemon] } }
}
