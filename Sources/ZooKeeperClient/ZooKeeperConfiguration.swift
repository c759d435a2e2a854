/// Where an ensemble is, and how it is spoken to.
package struct ZooKeeperConfiguration: Sendable {
    /// `HOST:PORT` of each server, at least one.
    package var hosts: [String]
    /// What is asked of the server, which may grant another.
    package var sessionTimeout: Duration
    /// `USER:PASSWORD` for the scheme `digest`; nodes are then made for whoever knows it, and else for everybody.
    package var digest: String?
    /// An answer that stays away for longer is an error.
    package var limit: Duration

    package init(hosts: [String], sessionTimeout: Duration, digest: String? = nil, limit: Duration = .seconds(2)) {
        self.hosts = hosts
        self.sessionTimeout = sessionTimeout
        self.digest = digest
        self.limit = limit
    }
}

/// What is written: any number of these at once, all or none.
package enum ZooKeeperOperation: Hashable, Sendable {
    package enum Lifetime: Hashable, Sendable {
        case persistent
        /// Gone with the session.
        case ephemeral
    }

    case create(path: String, value: String, Lifetime)
    case set(path: String, value: String)
    case delete(path: String)
    /// Fails unless the node is there.
    case check(path: String)
}

/// What a session tells on its own.
///
/// It is told on the library's thread, and in the order in which answers are given: whoever is told of a change before
/// an answer knows that the answer is not older.
package enum ZooKeeperEvent: Hashable, Sendable {
    case connected
    case disconnected
    /// The session is over, and with it its ephemeral nodes.
    case expired
    /// The children of a node that were asked for with a watch are others now, or the node is gone; once.
    case childrenChanged(path: String)
}

/// A node as it was read.
package struct ZooKeeperNode: Hashable, Sendable {
    package var value: String
    /// The session whose end it does not outlast; 0 of a node that stays.
    package var owner: Int64
    /// The transactions that made it and that last changed its value, in the order of all the ensemble's transactions.
    package var created: Int64
    package var modified: Int64
}

/// The children of a node as they were listed.
package struct ZooKeeperChildren: Hashable, Sendable {
    package var names: [String]
    /// The transaction that last made or removed one, in the order of all the ensemble's transactions.
    package var changed: Int64
}
