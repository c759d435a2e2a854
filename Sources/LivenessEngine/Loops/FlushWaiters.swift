import LivenessCore

/// Those who wait until what they sent is durable.
final class FlushWaiters: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Bool, Never>] = []
        var inFlight: [UInt64: [CheckedContinuation<Bool, Never>]] = [:]
        var generation: UInt64 = 0
    }

    private let state = Locked(State())
    let wakeup = Wakeup()

    var isAnyoneWaiting: Bool { state.withLock { !$0.waiting.isEmpty } }

    /// Returns after a flush that began after this call: whether it went through.
    func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiting.append(continuation) }
            wakeup.signal()
        }
    }

    func begin() -> UInt64 {
        state.withLock { state in
            state.generation += 1
            state.inFlight[state.generation] = state.waiting
            state.waiting = []
            return state.generation
        }
    }

    func end(_ generation: UInt64, isSound: Bool) {
        let done = state.withLock { $0.inFlight.removeValue(forKey: generation) ?? [] }
        for continuation in done { continuation.resume(returning: isSound) }
    }

    /// Nobody will flush any more.
    func dismiss() {
        let all = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in all { continuation.resume(returning: false) }
    }
}
