import Addresses
import Glibc
import NIOCore

/// The file of a socket of this machine.
///
/// Who may do what is decided by who connects, so that the file is for everybody: like a port of loopback, but for that
/// the kernel tells who is there.
package enum LocalSocket {
    /// What the kernel says of users that this process cannot see: a service in a user namespace of its own
    /// (`PrivateUsers=yes`) sees root, itself, and everybody else as this one.
    package static let nobody: UInt32 = 65_534

    /// Lets everybody connect.
    static func open(_ path: String) { _ = chmod(path, 0o666) }

    /// Why a path cannot be listened on.
    package struct Unusable: Error, CustomStringConvertible {
        package var path: String
        package var reason: String

        init(_ error: SocketFile.Unusable) {
            path = error.path
            reason = error.reason
        }

        init(path: String, _ error: IOError) {
            self.path = path
            reason = SocketFile.refusal(error.errnoCode)
        }

        package var description: String { "listen.unix: cannot listen on \(path): \(reason)" }
    }
}
