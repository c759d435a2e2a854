import Glibc
import NIOCore

/// The file of a socket of this machine.
///
/// Who may do what is decided by who connects, so that the file is for everybody: like a port of loopback, but for that
/// the kernel tells who is there.
package enum LocalSocket {
    /// Bytes of a path that fit into an address, on every system that the HTTP library runs on.
    package static let longestPath = 103

    /// What the kernel says of users that this process cannot see: a service in a user namespace of its own
    /// (`PrivateUsers=yes`) sees root, itself, and everybody else as this one.
    package static let nobody: UInt32 = 65_534

    /// Sees that no other program listens there.
    ///
    /// A file that was left by one that was killed is replaced; one that is no socket is not.
    ///
    /// - Throws: Why the path cannot be listened on.
    static func claim(_ path: String) throws(Unusable) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw Unusable(path: path, reason: "it is no socket") }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { return }
        defer { close(probe) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count <= longestPath else { throw Unusable(path: path, reason: "it is too long") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let answer = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(probe, $0, size) }
        }
        // Nobody listens there.
        if answer != 0, errno == ECONNREFUSED { return }
        throw Unusable(path: path, reason: "another program listens there")
    }

    /// Lets everybody connect.
    static func open(_ path: String) { _ = chmod(path, 0o666) }

    /// Why a path cannot be listened on.
    package struct Unusable: Error, CustomStringConvertible {
        package var path: String
        package var reason: String

        init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }

        init(path: String, _ error: IOError) {
            let reason =
                switch error.errnoCode {
                case EACCES, EPERM: "this user may not make a file there"
                case ENOENT: "its directory is not there"
                case EADDRINUSE: "another program listens there"
                default: "\(error)"
                }
            self.init(path: path, reason: reason)
        }

        package var description: String { "listen.unix: cannot listen on \(path): \(reason)" }
    }
}
