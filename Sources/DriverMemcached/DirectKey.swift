package import LivenessCore
package import MemcachedClient

/// One process of a service in memcached, kept there by the process itself.
package struct DirectKey: Sendable {
    /// In the place of a daemon's id.
    private static let owner = "direct"

    private let fleet: MemcachedFleet
    private let key: String
    private let incarnation: String

    /// - Parameters:
    ///   - servers: In the order that every daemon has them in, at least one.
    ///   - namespace: Of the daemons.
    ///   - name: Of the service.
    ///   - worker: Empty for the only one.
    ///   - incarnation: Of the process.
    /// - Throws: When the library cannot use one of the servers.
    package init(
        _ servers: [MemcachedAddress],
        namespace: String,
        name: ServiceName,
        worker: String,
        incarnation: String
    ) throws(MemcachedError) {
        fleet = try MemcachedFleet(servers)
        key = MemcachedKey(namespace: namespace).service(host: name.host, binary: name.binary, worker: worker)
        self.incarnation = incarnation
    }

    /// Sets the key anew, for as long as the process may be silent and a little longer.
    package func set(
        sequence: UInt64,
        version: Int32,
        reportInterval: Duration,
        downTime: Duration
    ) async throws(MemcachedError) {
        let value = MemcachedValue(
            incarnation: incarnation,
            sequence: .stated(sequence),
            version: version,
            reportInterval: reportInterval,
            owner: Self.owner
        )
        let lifetime = downTime + MemcachedReporter.grace
        let item = MemcachedServer.Item(key: key, value: value.text, lifetime: lifetime)
        let lost = try await fleet.set(fleet.split([item]))
        try check(lost)
    }

    package func remove() async throws(MemcachedError) { try check(try await fleet.remove([key])) }

    private func check(_ lost: Set<Int>) throws(MemcachedError) {
        let server = fleet.server(of: key)
        if lost.contains(server) { throw MemcachedError(unanswered: fleet.name(of: server)) }
    }
}
