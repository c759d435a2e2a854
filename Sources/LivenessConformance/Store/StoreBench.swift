import LivenessCore

/// What the laws about stores are written with: short words for the calls, and a clock of their own.
final class StoreBench: Sendable {
    let fixture: any StoreFixture
    private let identities = Locked<UInt64>(0)

    init(_ fixture: any StoreFixture) {
        self.fixture = fixture
    }

    var store: any RecordStore { fixture.store }

    /// A time of day, in seconds after the laws' own noon.
    func time(_ seconds: Double) -> Timestamp {
        Timestamp(microseconds: 1_700_000_000_000_000 + Int64(seconds * 1_000_000))
    }

    func uuid() -> ServiceUUID {
        let number = identities.withLock { identities in
            identities += 1
            return identities
        }
        return ServiceUUID(random: 0xA11C_E000_0000_0000, number)
    }

    func admission(
        _ host: String = "h1",
        binary: String = "nova-compute",
        worker: String = "",
        incarnation: String? = "a"
    ) -> Admission {
        var admission = Admission(
            name: ServiceName(host: host, binary: binary),
            worker: worker,
            uuid: uuid(),
            daemon: "d1"
        )
        admission.incarnation = incarnation
        return admission
    }

    /// Admits one and answers what became of it.
    func admit(_ admission: Admission, at seconds: Double = 0) async throws -> AdmissionResult {
        let results = try await store.admit([admission], at: time(seconds))
        try expectEqual(results.count, 1, "number of answers")
        return try require(results.first, "answer")
    }

    /// Admits one that must be admitted.
    @discardableResult
    func admitted(
        _ admission: Admission,
        at seconds: Double = 0,
        line: UInt = #line
    ) async throws -> (record: ServiceRecord, incarnation: IncarnationRecord, transitions: [Transition]) {
        guard case .admitted(let record, let incarnation, let transitions) = try await admit(admission, at: seconds)
        else { throw LawBroken(description: "line \(line): it was rejected") }
        return (record, incarnation, transitions)
    }

    /// Admits one that must be rejected for this reason.
    func rejected(
        _ admission: Admission,
        _ rejection: HeartbeatRejection,
        at seconds: Double = 0,
        line: UInt = #line
    ) async throws {
        let result = try await admit(admission, at: seconds)
        guard case .rejected(let seen) = result, seen == rejection else {
            throw LawBroken(description: "line \(line): \(result) instead of \(rejection)")
        }
    }

    func depart(
        _ host: String = "h1",
        worker: String = "",
        incarnation: String? = "a",
        manner: Departure.Manner = .left,
        at seconds: Double = 1
    ) async throws -> DepartureResult {
        let departure = Departure(
            name: ServiceName(host: host, binary: "nova-compute"),
            worker: worker,
            incarnation: incarnation,
            manner: manner
        )
        return try require(try await store.depart([departure], at: time(seconds)).first, "answer")
    }

    func departed(
        _ result: DepartureResult,
        line: UInt = #line
    ) throws -> (record: ServiceRecord, incarnation: IncarnationRecord) {
        guard case .departed(let record, let incarnation) = result else {
            throw LawBroken(description: "line \(line): \(result) instead of departed")
        }
        return (record, incarnation)
    }

    /// The record as the store has it now.
    func record(_ id: Int64) async throws -> ServiceRecord {
        try require(try await store.records([id]).services.first, "record \(id)")
    }

    func head() async throws -> LogHead {
        try await store.transitions(since: 0, limit: 0).head
    }

    /// All that the store knows, in a form that two stores can be compared by.
    func everything(since: Timestamp = Timestamp(microseconds: 0)) async throws -> StoreContent {
        try await StoreContent(of: store, since: since)
    }
}
