import LivenessCore

/// A driver that remembers its flushes, and can be held up or made to fail.
final class SpyDriver: LivenessDriver, LivenessReporter, LivenessObserver {
    private struct State {
        var flushes: [HeartbeatFlush] = []
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let inner: InMemoryDriver
    private let state = Locked(State())

    init(_ inner: InMemoryDriver) {
        self.inner = inner
    }

    var guarantees: DriverGuarantees { inner.guarantees }
    var reporter: any LivenessReporter { self }
    var observer: any LivenessObserver { self }

    /// The flushes that reached the back end.
    var flushes: [HeartbeatFlush] { state.withLock { $0.flushes } }

    /// Flushes that wait at the door.
    var heldCount: Int { state.withLock { $0.held.count } }

    func hold() {
        state.withLock { $0.isHeld = true }
    }

    func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func sever(_ isSevered: Bool) {
        inner.sever(isSevered)
    }

    func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult {
        await withCheckedContinuation { continuation in
            let mayGo = state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return !state.isHeld
            }
            if mayGo { continuation.resume() }
        }
        let result = try await inner.renew(flush)
        state.withLock { $0.flushes.append(flush) }
        return result
    }

    func remove(_ serviceIDs: [Int64]) async throws(DriverError) {
        try await inner.remove(serviceIDs)
    }

    func observe() async throws(DriverError) -> BackendObservation {
        try await inner.observe()
    }

    func look(at serviceIDs: [Int64]) async throws(DriverError) -> BackendObservation {
        try await inner.look(at: serviceIDs)
    }
}
