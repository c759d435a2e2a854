package import LivenessCore
package import ZooKeeperClient

/// One process of a service in the ensemble, kept there by a session of its own: the node stands for as long as the
/// session lasts.
package actor DirectNode {
    private let connection: ZooKeeperConnection
    private let tree: Tree
    private let bucket: Bucket
    private let path: String
    /// The session that the node was seen to live with.
    private var session: Int64 = 0

    /// - Parameters:
    ///   - ensemble: Where to.
    ///   - prefix: An absolute path, without a slash at its end.
    ///   - name: Of the service.
    ///   - topic: Of the service.
    ///   - worker: Empty for the only one.
    ///   - incarnation: Of the process.
    package init(
        _ ensemble: ZooKeeperConfiguration,
        prefix: String,
        name: ServiceName,
        topic: String,
        worker: String,
        incarnation: String
    ) {
        connection = ZooKeeperConnection(ensemble)
        tree = Tree(prefix: prefix)
        bucket = tree.bucket(topic: topic, host: name.host, binary: name.binary)
        let member = Member(
            host: name.host,
            binary: name.binary,
            worker: worker,
            incarnation: incarnation,
            owner: Member.direct
        )
        path = "\(tree.path(bucket))/\(member.name)"
    }

    /// The node stands: made now, or still there.
    ///
    /// Nothing is written while it does.
    ///
    /// - Throws: At once while the connection is lost; and where the servers grant a session that would outlast the
    ///   service's `downTime`.
    package func hold(
        sequence: UInt64,
        version: Int32,
        reportInterval: Duration,
        downTime: Duration
    ) async throws(ZooKeeperError) {
        let session = try await connection.connectedNow()
        guard session.timeout < downTime else {
            await release()
            throw ZooKeeperError(
                .other,
                "the servers grant sessions of \(session.timeout), and the service's down time is \(downTime); expected a "
                    + "shorter session timeout"
            )
        }
        if self.session == session.identifier, try await session.node(path)?.owner == session.identifier { return }
        let value = MemberValue(sequence: sequence, version: version, reportInterval: reportInterval).text
        try await make(value, over: session)
        self.session = session.identifier
    }

    private func make(_ value: String, over session: ZooKeeperSession) async throws(ZooKeeperError) {
        do throws(ZooKeeperError) {
            try await session.write([.create(path: path, value: value, .ephemeral)])
        } catch {
            switch error.code {
            case .noNode:
                try await session.makeRoom(for: bucket, in: tree)
                try await session.write([.create(path: path, value: value, .ephemeral)])
            case .nodeExists:
                // Of the session before, which has not ended yet; or made by a write whose answer was lost.
                if try await session.node(path)?.owner == session.identifier { return }
                try await session.write([.delete(path: path), .create(path: path, value: value, .ephemeral)])
            default: throw error
            }
        }
    }

    /// The session ends, and the node with it.
    package func release() async {
        session = 0
        await connection.close()
    }
}
