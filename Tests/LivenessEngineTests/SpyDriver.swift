import LivenessCore

/// A driver that remembers its flushes, and can be held up or made to fail.
final class SpyDriver: LivenessDriver, LivenessReporter, LivenessObserver {
    private let inner: InMemoryDriver
    private let sent = Locked<[HeartbeatFlush]>([])
    private let door = HoldUp()
    /// Where an observation waits that has seen all there is, and has not told it.
    let sight = HoldUp()

    private let name: String?

    /// - Parameters:
    ///   - inner: What it stands before.
    ///   - name: Another name than that one's.
    init(_ inner: InMemoryDriver, name: String? = nil) {
        self.inner = inner
        self.name = name
    }

    var guarantees: DriverGuarantees {
        var guarantees = inner.guarantees
        guarantees.name = name ?? guarantees.name
        return guarantees
    }

    var reporter: any LivenessReporter { self }
    var observer: any LivenessObserver { self }

    /// The flushes that reached the back end.
    var flushes: [HeartbeatFlush] { sent.withLock { $0 } }

    /// Flushes that wait at the door.
    var heldCount: Int { door.waitingCount }

    func hold() {
        door.shut()
    }

    func release() {
        door.open()
    }

    func sever(_ isSevered: Bool) {
        inner.sever(isSevered)
    }

    func renew(_ flush: HeartbeatFlush) async throws(DriverError) -> FlushResult {
        await door.pass()
        let result = try await inner.renew(flush)
        sent.withLock { $0.append(flush) }
        return result
    }

    func remove(_ services: [ServiceKey]) async throws(DriverError) {
        try await inner.remove(services)
    }

    func observe() async throws(DriverError) -> BackendObservation {
        let seen = try await inner.observe()
        await sight.pass()
        return seen
    }

    func look(at services: [ServiceKey]) async throws(DriverError) -> BackendObservation {
        try await inner.look(at: services)
    }

    func begin(_ daemons: [DaemonRecord], board: @escaping @Sendable () -> Board) {
        inner.begin(daemons, board: board)
    }
}
