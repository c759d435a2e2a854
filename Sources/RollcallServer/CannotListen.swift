import Glibc
package import NIOCore

/// The system refused an address to listen on.
package struct CannotListen: Error, CustomStringConvertible {
    /// The setting that names it.
    package let setting: String
    package let host: String
    package let port: Int
    package let error: IOError

    package init(setting: String, host: String, port: Int, error: IOError) {
        self.setting = setting
        self.host = host
        self.port = port
        self.error = error
    }

    package var description: String {
        let reason =
            switch error.errnoCode {
            case EADDRINUSE: "another program listens there"
            case EADDRNOTAVAIL: "this machine has no such address"
            case EACCES: "this user may not use that port"
            default: "\(error)"
            }
        let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        return "\(setting): cannot listen on \(address): \(reason)"
    }
}
