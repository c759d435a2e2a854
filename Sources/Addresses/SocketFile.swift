import Glibc

/// The file of a socket of this machine.
package enum SocketFile {
    /// Bytes of a path that fit into an address, on every system that the HTTP library runs on.
    package static let longestPath = 103

    /// Sees that no other program listens there.
    ///
    /// A file that was left by one that was killed is replaced; one that is no socket is not.
    ///
    /// - Throws: Why the path cannot be listened on.
    package static func claim(_ path: String) throws(Unusable) {
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

    /// Why the system refused to listen at one, from its error number.
    package static func refusal(_ code: Int32) -> String {
        switch code {
        case EACCES, EPERM: "this user may not make a file there"
        case ENOENT: "its directory is not there"
        case EADDRINUSE: "another program listens there"
        default: String(cString: strerror(code))
        }
    }

    /// Why a path cannot be listened on.
    package struct Unusable: Error, CustomStringConvertible {
        package var path: String
        package var reason: String

        package init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }

        package var description: String { "cannot listen on \(path): \(reason)" }
    }
}
