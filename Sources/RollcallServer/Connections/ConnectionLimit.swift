import Glibc
import HummingbirdCore

/// When the server accepts connections, and a count of those that are opening.
///
/// Above the limit of file descriptors `accept` fails and its event loop spins (findings): so the limit is below it,
/// with room for the database, its log and whatever else the process opens. A few come in above the limit, and as many
/// idle ones are closed for them (`OpenConnections`): accepting pauses only when those few are not made room for.
struct ConnectionLimit: AvailableConnectionsDelegate {
    private static let reserved = 128
    /// Connections above the limit before accepting pauses: what a listening socket accepts at once.
    static let above = EventLoopReadPass.acceptBatch

    private let most: Int
    private let opening: OpeningConnections.Listener
    private var count = 0

    /// - Parameters:
    ///   - most: Connections before accepting pauses.
    ///   - backlog: Connections that wait to be accepted at most.
    ///   - opening: Is told of each.
    init(_ most: Int, backlog: Int, _ opening: OpeningConnections) {
        self.most = most
        self.opening = opening.listener(backlog: backlog)
    }

    mutating func connectionOpened() {
        count += 1
        opening.connectionAccepted()
    }

    mutating func connectionClosed() {
        count -= 1
        opening.connectionClosed()
    }

    /// Asked before each read of the listening socket.
    ///
    /// It is not read, either, while too many of those accepted wait for their tasks: then nobody asks.
    func isAcceptingNewConnections() -> Bool {
        guard count < most else { return false }
        opening.acceptingMore()
        return true
    }

    /// What the limit of file descriptors leaves room for.
    static var ofProcess: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
        let files = Int(clamping: limit.rlim_cur)
        return max(files - reserved, files / 2, 1)
    }
}
