/// Where a MariaDB server is and how it is talked to.
package struct MariaDBConfiguration: Sendable {
    package enum Address: Hashable, Sendable {
        case tcp(host: String, port: UInt16)
        /// The path of a Unix socket.
        case socket(String)
    }

    package struct TLS: Hashable, Sendable {
        /// A file of certificates (PEM) that the server's is checked against; nil: those of the system.
        package var authorities: String?
        /// Whether the server's certificate must name the host that was called.
        package var verifiesServer: Bool
        /// Our own certificate and its key (PEM files), for a server that asks for one.
        package var certificate: String?
        package var key: String?

        package init(
            authorities: String? = nil,
            verifiesServer: Bool = true,
            certificate: String? = nil,
            key: String? = nil
        ) {
            self.authorities = authorities
            self.verifiesServer = verifiesServer
            self.certificate = certificate
            self.key = key
        }
    }

    package var address: Address
    package var user: String
    package var password: String?
    package var database: String
    /// nil: not encrypted.
    package var tls: TLS?
    /// A connection that is not there after this long is given up.
    package var connectLimit: Duration
    /// A call that is not answered after this long ends the connection.
    ///
    /// The library counts in whole seconds.
    package var callLimit: Duration
    /// Run once on every new connection.
    package var setup: [String]

    package init(
        address: Address,
        user: String,
        password: String? = nil,
        database: String,
        tls: TLS? = nil,
        connectLimit: Duration = .seconds(3),
        callLimit: Duration = .seconds(10),
        setup: [String] = []
    ) {
        self.address = address
        self.user = user
        self.password = password
        self.database = database
        self.tls = tls
        self.connectLimit = connectLimit
        self.callLimit = callLimit
        self.setup = setup
    }
}
