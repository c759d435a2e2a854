import LivenessCore

/// What the laws about drivers are written with.
final class DriverBench: Sendable {
    let fixture: any DriverFixture
    let stores: StoreBench
    /// What the daemons know of the services, all of them the same.
    private let known: Locked<LivenessMachine>

    init(_ fixture: any DriverFixture) {
        self.fixture = fixture
        stores = StoreBench(fixture.records)
        let settings = LivenessSettings()
        let hasher = NameHasher(seed: 1, secret: 2)
        known = Locked(LivenessMachine(settings: settings, hasher: hasher, at: Instant(nanoseconds: 0)))
    }

    /// A driver whose daemon has its row, and has begun; `loaded` is what it read with the records.
    func driver(_ daemon: String, loaded: [DaemonRecord] = []) async throws -> any LivenessDriver {
        try await stores.register(daemon)
        let driver = try fixture.driver(of: daemon)
        driver.observer.begin(loaded) { [self] in known.withLock { $0.board } }
        return driver
    }

    func service(_ host: String = "h1") async throws -> ServiceRecord {
        let record = try await stores.admitted(stores.admission(host)).record
        known.withLock { $0.recordChanged(record, at: Instant(nanoseconds: 0)) }
        return record
    }

    /// What a driver is asked about a service by.
    func key(_ record: ServiceRecord) -> ServiceKey {
        ServiceKey(service: known.withLock { $0.board.find(record.uuid) } ?? .max, id: record.id)
    }

    func flush(_ daemon: String, count: Int64, _ records: [ServiceRecord], at seconds: Double) -> HeartbeatFlush {
        HeartbeatFlush(
            daemon: daemon,
            count: count,
            at: stores.time(seconds),
            renewals: records.map { record in
                var renewal = stores.renewal(record, at: seconds)
                renewal.service = key(record).service
                return renewal
            },
            workers: []
        )
    }

    /// Fails unless the call fails with this code.
    func fails(
        _ code: DriverError.Code,
        line: UInt = #line,
        _ call: () async throws(DriverError) -> Void
    ) async throws {
        do throws(DriverError) {
            try await call()
        } catch {
            return try expectEqual(error.code, code, "error", line: line)
        }
        throw LawBroken(description: "line \(line): nothing was thrown")
    }
}
