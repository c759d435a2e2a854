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

/// Who decides when several drivers look.
package enum DriverPolicy: String, Sendable, CaseIterable {
    /// The one that `liveness.driver` names.
    case driver
    /// Down if one says down.
    case all
    /// Up if one says up.
    case any
}
