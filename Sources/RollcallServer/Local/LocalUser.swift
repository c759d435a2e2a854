import Glibc
import NIOCore

/// Who is at the other end of a socket of this machine, as the kernel knows them.
struct LocalUser: Hashable, Sendable {
    let id: UInt32

    /// Those who have this machine, or at least this daemon, in their hands whatever it answers: root, and the user it
    /// runs as.
    var isTrusted: Bool { id != LocalSocket.nobody && (id == 0 || id == geteuid()) }

    /// As records and the log name them.
    var name: String { id == 0 ? "root" : "uid-\(id)" }

    /// Asks the kernel; they were who they are when they connected.
    static func peer(of channel: any Channel) -> EventLoopFuture<LocalUser> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let credentials: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
            level: .socket,
            name: .init(rawValue: SO_PEERCRED)
        )
        return credentials.map { LocalUser(id: $0.user) }
    }

    /// `struct ucred` of unix(7).
    private struct Credentials: Sendable {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }
}
