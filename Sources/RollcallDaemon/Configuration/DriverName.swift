/// The ways of knowing that a service lives.
///
/// Nova's short names are read as well.
package enum DriverName: String, Sendable, CaseIterable {
    case database
    case zookeeper
    case memcached

    private static let novaNames = ["db": DriverName.database, "zk": .zookeeper, "mc": .memcached]

    package init?(configured name: String) {
        guard let driver = DriverName(rawValue: name) ?? Self.novaNames[name] else { return nil }
        self = driver
    }
}
