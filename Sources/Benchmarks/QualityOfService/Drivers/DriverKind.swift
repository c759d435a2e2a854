/// The drivers that are compared.
package enum DriverKind: String, CaseIterable, Sendable {
    case database
    case zooKeeper = "zookeeper"
    case memcached
}
