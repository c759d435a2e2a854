/// A door that can be shut for a while: whoever comes then waits until it is opened.
package final class HoldUp: Sendable {
    private struct State {
        var isShut = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())

    package init() {}

    /// How many wait.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    package func shut() {
        state.withLock { $0.isShut = true }
    }

    package func open() {
        state.withLock { $0.isShut = false }
        letThrough()
    }

    /// Lets those through who wait, and nobody else.
    package func letThrough() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns at once while the door is open.
    package func pass() async {
        await withCheckedContinuation { continuation in
            let mayGo = state.withLock { state in
                if state.isShut { state.waiting.append(continuation) }
                return !state.isShut
            }
            if mayGo { continuation.resume() }
        }
    }
}
