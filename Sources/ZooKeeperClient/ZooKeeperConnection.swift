/// A session with an ensemble that is replaced when it is over.
package actor ZooKeeperConnection {
    /// After a session could not be opened the next try waits for this, and twice as long each time after that.
    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(5)

    private let configuration: ZooKeeperConfiguration
    private let tell: @Sendable (ZooKeeperEvent) -> Void
    private var session: ZooKeeperSession?
    private var isOpening = false
    private var pause = shortestPause
    private var notBefore: ContinuousClock.Instant?

    /// - Parameters:
    ///   - configuration: Where to.
    ///   - tell: Called on the library's thread, and must not wait for anything.
    package init(
        _ configuration: ZooKeeperConfiguration,
        tell: @escaping @Sendable (ZooKeeperEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.tell = tell
    }

    /// The session, connected: the one of before for as long as it lasts.
    package func connected() async throws(ZooKeeperError) -> ZooKeeperSession {
        if let session, !session.isOver {
            try await session.connected()
            return session
        }
        let early = notBefore.map { ContinuousClock.now < $0 } ?? false
        guard !isOpening, !early else {
            throw ZooKeeperError(.connectionLoss, "a session could not be opened, and is not tried again yet")
        }
        isOpening = true
        defer { isOpening = false }
        let before = session
        session = nil
        await before?.close()
        do throws(ZooKeeperError) {
            let new = try await ZooKeeperSession.open(configuration, tell: tell)
            session = new
            try await new.connected()
            pause = Self.shortestPause
            notBefore = nil
            return new
        } catch {
            // Not all daemons at the same moment.
            notBefore = ContinuousClock.now + pause * .random(in: 0.5...1.5)
            pause = min(pause * 2, Self.longestPause)
            throw error
        }
    }

    /// The same without a wait for a session whose connection is lost.
    package func connectedNow() async throws(ZooKeeperError) -> ZooKeeperSession {
        if let session, !session.isOver, !session.isConnected {
            throw ZooKeeperError(.connectionLoss, "no server of the ensemble answers")
        }
        return try await connected()
    }

    /// Ends the session, and its ephemeral nodes with it.
    package func close() async {
        let last = session
        session = nil
        await last?.close()
    }
}
