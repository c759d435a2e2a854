package import ZooKeeperClient

/// A group that programs join by way of the library tooz, as it stands in ZooKeeper; only ever read.
///
/// `/tooz/<group>/<member>` is a node that ends with its member's session (tooz 9, `tooz/drivers/zookeeper.py`).
package actor ToozGroup {
    package struct Member: Hashable, Sendable {
        /// What it calls itself: mostly its host.
        package var name: String
        /// The transaction that made its node: another one when it has joined again.
        package var joined: Int64

        package init(name: String, joined: Int64) {
            self.name = name
            self.joined = joined
        }
    }

    private let connection: ZooKeeperConnection
    private let path: String
    private var known: [String: Member] = [:]
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
    package func members() async throws(ZooKeeperError) -> Set<Member> {
        let session = try await connection.connectedNow()
        guard let children = try await session.children(of: path, isWatched: true) else {
            known = [:]
            changed = nil
            return []
        }
        // One that went and came back between two looks has the same name and another node.
        if children.changed != changed {
            var found: [String: Member] = [:]
            for name in children.names {
                guard let node = try await session.node("\(path)/\(name)") else { continue }
                // What no session keeps is no member.
                if node.owner != 0 { found[name] = Member(name: name, joined: node.created) }
            }
            known = found
            changed = children.changed
        }
        return Set(known.values)
    }

    package func close() async {
        await connection.close()
    }
}
