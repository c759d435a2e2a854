import DriverMemcached
import RollcallClient
import RollcallWire

/// Sets the key of the service in memcached anew with each heartbeat.
actor MemcachedDirect: DirectReporter {
    private let key: DirectKey
    private let version: Int32
    private var terms = Terms()
    /// The agent keeps the service's interval where that is shorter.
    nonisolated let pace = Duration.seconds(3_600)

    init(key: DirectKey, version: Int32) {
        self.key = key
        self.version = version
    }

    func accepted(_ entry: HeartbeatEntry) { terms.take(entry) }

    func renew(sequence: Int64) async throws {
        try await key.set(
            sequence: UInt64(max(0, sequence)),
            version: version,
            reportInterval: terms.reportInterval,
            downTime: terms.downTime
        )
    }

    /// One that cannot be removed now goes with its time.
    func remove() async { try? await key.remove() }
}
