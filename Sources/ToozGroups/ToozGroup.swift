package import ZooKeeperClient

/// A group that programs join by way of the library tooz, as it stands in ZooKeeper; only ever read.
///
/// `/tooz/<group>/<member>` is a node that ends with its member's session (tooz 9, `tooz/drivers/zookeeper.py`). A member's
/// name is mostly its host's.
package actor ToozGroup {
    private let connection: ZooKeeperConnection
    private let path: String
    private var known: Set<String> = []
    private var changed: Int64?

    /// - Parameters:
    ///   - ensemble: Where it is.
    ///   - name: What the group is called.
    ///   - notify: Called on the library's thread when members may have come or gone, and must not wait for anything.
    package init(_ ensemble: ZooKeeperConfiguration, name: String, notify: @escaping @Sendable () -> Void) {
        path = "/tooz/\(name)"
        connection = ZooKeeperConnection(ensemble) { event in
            if case .childrenChanged = event { notify() }
        }
    }

    /// Who is in the group now; nobody where there is no such group.
    package func members() async throws(ZooKeeperError) -> Set<String> {
        let session = try await connection.connectedNow()
        // A server that is behind would show those who joined lately as gone.
        try await session.sync(path)
        guard let children = try await session.children(of: path, isWatched: true) else {
            known = []
            changed = nil
            return []
        }
        if children.changed != changed {
            known.formIntersection(children.names)
            for name in children.names where !known.contains(name) {
                // What no session keeps is no member.
                if let node = try await session.node("\(path)/\(name)"), node.owner != 0 { known.insert(name) }
            }
            changed = children.changed
        }
        return known
    }

    package func close() async {
        await connection.close()
    }
}
