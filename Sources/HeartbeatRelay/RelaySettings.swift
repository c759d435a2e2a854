/// What a relay needs to know.
package struct RelaySettings: Sendable {
    package var address: RelayAddress
    /// The host it runs on, by which daemons know it.
    package var host: String
    /// How long heartbeats wait for others at most.
    package var gather = Duration.milliseconds(50)
    /// What reporters have to prove themselves with; nil where nobody has to, on this machine alone.
    package var token: RelayToken?
    /// Connections open at a time; who comes then is turned away.
    package var mostConnections = 512

    package init(address: RelayAddress, host: String) {
        self.address = address
        self.host = host
    }
}
