import LivenessCore

/// What the laws about drivers are written with.
struct DriverBench: Sendable {
    let fixture: any DriverFixture
    let stores: StoreBench

    init(_ fixture: any DriverFixture) {
        self.fixture = fixture
        stores = StoreBench(fixture.records)
    }

    /// A driver whose daemon has its row.
    func driver(_ daemon: String) async throws -> any LivenessDriver {
        try await stores.register(daemon)
        return fixture.driver(of: daemon)
    }

    func service(_ host: String = "h1") async throws -> ServiceRecord {
        try await stores.admitted(stores.admission(host)).record
    }

    func flush(_ daemon: String, count: Int64, _ records: [ServiceRecord], at seconds: Double) -> HeartbeatFlush {
        HeartbeatFlush(
            daemon: daemon,
            count: count,
            at: stores.time(seconds),
            renewals: records.map { stores.renewal($0, at: seconds) },
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
