import DriverZooKeeper
import RollcallClient
import RollcallWire

/// Keeps a node of the service in ZooKeeper, with a session of its own.
actor ZooKeeperDirect: DirectReporter {
    private let node: DirectNode
    private let version: Int32
    private var terms = Terms()
    nonisolated let pace: Duration

    init(node: DirectNode, version: Int32, pace: Duration) {
        self.node = node
        self.version = version
        self.pace = pace
    }

    func accepted(_ entry: HeartbeatEntry) { terms.take(entry) }

    func renew(sequence: Int64) async throws {
        let number = UInt64(max(0, sequence))
        try await node.hold(
            sequence: number,
            version: version,
            reportInterval: terms.reportInterval,
            downTime: terms.downTime
        )
    }

    func remove() async { await node.release() }
}
