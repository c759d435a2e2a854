import NIOCore

/// What the server needs of the configuration.
package struct ServerSettings: Sendable {
    /// The address to listen on.
    package var host: String
    /// 0 lets the system choose: `RollcallServer.port` tells.
    package var port: Int
    /// The file of a socket of this machine to listen on as well.
    package var socket: String?
    /// Where heartbeats are read as datagrams; nil where they are not.
    package var datagram: (host: String, port: Int)?
    /// Further names accepted in `Host`.
    package var names: [String]
    /// Connections open at a time, above which idle ones are closed; nil: as many as the limit of file descriptors
    /// allows.
    package var mostConnections: Int?
    package var limits = RequestLimits()

    package init(host: String, port: Int, socket: String? = nil, names: [String] = []) {
        self.host = host
        self.port = port
        self.socket = socket
        self.names = names
    }
}
