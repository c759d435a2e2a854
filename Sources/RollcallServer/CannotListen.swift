import Addresses
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
        let address = ListenAddress(host: host, port: port)
        return "\(setting): cannot listen on \(address): \(ListenAddress.refusal(error.errnoCode))"
    }
}
