import CZooKeeper
import Synchronization

/// What the library tells of a session by itself.
final class SessionWatcher: Sendable {
    enum Phase {
        case connecting
        case connected
        case over
    }

    private struct State {
        var phase = Phase.connecting
        /// Since when it has that phase.
        var since = ContinuousClock.now
        var waiting: [Reply<Void>] = []
    }

    static let over = ZooKeeperError(.sessionExpired, "the session is over")

    private let state = Mutex(State())
    private let tell: @Sendable (ZooKeeperEvent) -> Void

    init(_ tell: @escaping @Sendable (ZooKeeperEvent) -> Void) { self.tell = tell }

    var phase: Phase { state.withLock { $0.phase } }

    /// For how long it has not been connected.
    var absence: Duration { state.withLock { $0.phase == .connected ? .zero : ContinuousClock.now - $0.since } }

    func tellWhenConnected(_ reply: Reply<Void>) {
        let phase = state.withLock { state in
            if state.phase == .connecting { state.waiting.append(reply) }
            return state.phase
        }
        switch phase {
        case .connecting: return
        case .connected: reply.give(.success(()))
        case .over: reply.give(.failure(Self.over))
        }
    }

    func moved(to phase: Phase) {
        let waiting = state.withLock { state -> [Reply<Void>] in
            // What is over stays over.
            if state.phase != .over, state.phase != phase {
                state.phase = phase
                state.since = ContinuousClock.now
            }
            if phase == .connecting { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for reply in waiting { reply.give(phase == .over ? .failure(Self.over) : .success(())) }
    }

    func noticed(type: Int32, state: Int32, path: String) {
        switch type {
        case ZOO_SESSION_EVENT:
            switch state {
            case ZOO_CONNECTED_STATE:
                moved(to: .connected)
                tell(.connected)
            case ZOO_EXPIRED_SESSION_STATE, ZOO_AUTH_FAILED_STATE:
                moved(to: .over)
                tell(.expired)
            default:
                moved(to: .connecting)
                tell(.disconnected)
            }
        case ZOO_CHILD_EVENT, ZOO_DELETED_EVENT: tell(.childrenChanged(path: path))
        default: break
        }
    }

    /// The library's form of `noticed`; what it hands back is a retained watcher.
    static let callback: watcher_fn = { _, type, state, path, context in
        guard let context = unsafe context else { return }
        let watcher = unsafe Unmanaged<SessionWatcher>.fromOpaque(context).takeUnretainedValue()
        watcher.noticed(type: type, state: state, path: unsafe path.map { unsafe String(cString: $0) } ?? "")
    }
}
