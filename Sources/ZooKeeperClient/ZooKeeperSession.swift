import CZooKeeper
import Dispatch
import Synchronization

/// One session with an ensemble, through whichever of its servers answers.
///
/// The library reconnects by itself for as long as the session lasts, and tells again of changes that were watched for.
/// Once expired a session is of no more use. Calls made one after the other are pipelined, and carried out in that order.
package final class ZooKeeperSession: Sendable {
    private let handle: SessionHandle
    private let watcher: SessionWatcher
    private let limit: Duration
    /// The timeout asked for.
    private let asked: Duration

    /// Begins to connect; `connected` waits for it.
    ///
    /// - Parameters:
    ///   - configuration: Where to. Names are resolved meanwhile, which may take its time.
    ///   - tell: Called on the library's thread, and must not wait for anything.
    /// - Returns: A session that is not connected yet.
    /// - Throws: When the library cannot use the hosts.
    package static func open(
        _ configuration: ZooKeeperConfiguration,
        tell: @escaping @Sendable (ZooKeeperEvent) -> Void
    ) async throws(ZooKeeperError) -> ZooKeeperSession {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: made(configuration, tell))
            }
        }
        return try result.get()
    }

    private static func made(
        _ configuration: ZooKeeperConfiguration,
        _ tell: @escaping @Sendable (ZooKeeperEvent) -> Void
    ) -> Result<ZooKeeperSession, ZooKeeperError> {
        do throws(ZooKeeperError) {
            return .success(try ZooKeeperSession(configuration, tell))
        } catch {
            return .failure(error)
        }
    }

    private init(
        _ configuration: ZooKeeperConfiguration,
        _ tell: @escaping @Sendable (ZooKeeperEvent) -> Void
    ) throws(ZooKeeperError) {
        watcher = SessionWatcher(tell)
        limit = configuration.limit
        asked = configuration.sessionTimeout
        handle = try SessionHandle(configuration, watcher)
    }

    deinit { handle.closeSoon() }

    /// Ends the session, and its ephemeral nodes with it; returns when the server has been told, or cannot be.
    ///
    /// Nothing can be asked of it from now on.
    package func close() async {
        watcher.moved(to: .over)
        await handle.close()
    }

    /// Returns once the session is connected.
    ///
    /// - Throws: When it is not within the time limit, or over.
    package func connected() async throws(ZooKeeperError) {
        let reply = Reply<Void>()
        watcher.tellWhenConnected(reply)
        do throws(ZooKeeperError) {
            try await reply.value(within: limit)
        } catch {
            guard error.code == .timeout else { throw error }
            throw ZooKeeperError(.connectionLoss, "no server of the ensemble answers")
        }
    }

    /// Whether nothing is to be expected of it any more.
    ///
    /// So it is once its time has passed without a connection: an ensemble that lost its content never lets those back
    /// in who have seen more of it than it has.
    package var isOver: Bool { watcher.phase == .over || watcher.absence > max(timeout, asked) }

    /// Whether it is connected, as far as the library knows: it notices after two thirds of the session timeout.
    package var isConnected: Bool { watcher.phase == .connected }

    /// What the session is called; 0 before it was connected.
    package var identifier: Int64 { handle.identifier }

    /// How long the server keeps the session without a word from here: what it has granted.
    package var timeout: Duration { handle.timeout }

    /// Writes all of it or nothing.
    ///
    /// - Throws: Of several operations the first that could not be done says why; after the loss of the connection it is
    ///   not known what was done.
    package func write(_ operations: [ZooKeeperOperation]) async throws(ZooKeeperError) {
        guard !operations.isEmpty else { return }
        let reply = Reply<Void>(operations: operations.count)
        try start { handle throws(ZooKeeperError) in try handle.write(operations, reply) }
        try await reply.value(within: limit)
    }

    /// Waits until this session's server has everything that was written before: else it may be a while behind.
    package func sync(_ path: String) async throws(ZooKeeperError) {
        let reply = Reply<Void>()
        try start { handle throws(ZooKeeperError) in try handle.sync(path, reply) }
        try await reply.value(within: limit)
    }

    /// Makes a node that stays until its last child is gone; one that is there already will do.
    package func ensureContainer(_ path: String) async throws(ZooKeeperError) {
        let reply = Reply<Void>()
        try start { handle throws(ZooKeeperError) in try handle.create(path, ZOO_CONTAINER, reply) }
        do throws(ZooKeeperError) {
            try await reply.value(within: limit)
        } catch {
            if error.code != .nodeExists { throw error }
        }
    }

    /// A node; nil when there is none.
    package func node(_ path: String) async throws(ZooKeeperError) -> ZooKeeperNode? {
        let reply = Reply<ZooKeeperNode?>()
        try start { handle throws(ZooKeeperError) in try handle.node(path, reply) }
        return try await reply.value(within: limit)
    }

    /// A node's children; nil when there is no such node.
    ///
    /// Where `isWatched`, the session tells once when they have changed. A node that is not there is not watched.
    package func children(of path: String, isWatched: Bool = false) async throws(ZooKeeperError) -> ZooKeeperChildren? {
        let reply = Reply<ZooKeeperChildren?>()
        try start { handle throws(ZooKeeperError) in try handle.children(of: path, isWatched: isWatched, reply) }
        return try await reply.value(within: limit)
    }

    /// The library would keep what is asked of it until it is connected again.
    private func start(
        _ call: (SessionHandle) throws(ZooKeeperError) -> Void
    ) throws(ZooKeeperError) {
        switch watcher.phase {
        case .connected: try call(handle)
        case .connecting: throw ZooKeeperError(.connectionLoss, "no server of the ensemble answers")
        case .over: throw SessionWatcher.over
        }
    }
}
