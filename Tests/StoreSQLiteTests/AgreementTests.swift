import LivenessConformance
import LivenessCore
import LivenessTesting
import StoreSQL
import Testing

@testable import StoreSQLite

@Suite("SQLite and memory")
struct AgreementTests {
    @Test("answer a random history alike, call by call", arguments: 1...8 as ClosedRange<UInt64>)
    func agreement(seed: UInt64) async throws {
        let fixture = try SQLiteFixture()
        var sqlite = RandomHistory(seed: seed, store: fixture.sqlite)
        var memory = RandomHistory(seed: seed, store: InMemoryFixture().memory)
        try await sqlite.begin()
        try await memory.begin()
        for step in 0..<150 {
            let one = try await sqlite.next()
            let other = try await memory.next()
            try #require(one == other, "seed \(seed), step \(step)")
        }
        let one = try await StoreContent(of: sqlite.store)
        let other = try await StoreContent(of: memory.store)
        #expect(one == other)
        #expect(one.revision > 10)
    }
}

/// Calls of a store in a random order that its seed decides; each answer comes back as text.
private struct RandomHistory {
    let store: any RecordStore
    private var random: SplitMix64
    private var clock: Int64 = 1_700_000_000_000_000
    private var flushes: Int64 = 0
    private var identities: UInt64 = 0
    private var known: [ServiceRecord] = []

    init(seed: UInt64, store: any RecordStore) {
        self.store = store
        random = SplitMix64(seed: seed)
    }

    mutating func begin() async throws {
        for id in ["d1", "d2"] {
            try await store.write(
                DaemonRecord(
                    id: id,
                    incarnation: "i",
                    host: "h",
                    release: 1,
                    schemaRange: 1...1,
                    phaseSeen: "new",
                    flushCount: 0,
                    settingsDigest: "",
                    lastSeen: now
                )
            )
        }
    }

    private var now: Timestamp { Timestamp(microseconds: clock) }

    private mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func some<Value>(_ value: Value) -> Value? {
        number(0..<2) == 0 ? value : nil
    }

    private mutating func name() -> ServiceName { ServiceName(host: "h\(number(0..<4))", binary: "nova-compute") }

    private mutating func worker() -> String { number(0..<3) == 0 ? "w" : "" }

    private mutating func incarnation() -> String? { number(0..<6) == 0 ? nil : "i\(number(0..<30))" }

    private mutating func uuid() -> ServiceUUID {
        identities += 1
        return ServiceUUID(random: 0xFEED, identities)
    }

    private mutating func anybody() -> ServiceRecord? {
        known.isEmpty ? nil : known[number(0..<known.count)]
    }

    mutating func next() async throws -> String {
        clock += Int64(number(0..<2)) * 3_600_000_000 + Int64(number(1..<1_000_000))
        let answer: String
        switch number(0..<13) {
        case 0...3: answer = try await admit()
        case 4: answer = try await depart()
        case 5: answer = "\(String(describing: try await store.create(draft(), at: now)))"
        case 6: answer = try await edit()
        case 7: answer = try await delete()
        case 8: answer = "\(try await store.expireForcedDowns(at: now))"
        case 9: answer = try await record()
        case 10: answer = try await flush()
        case 11: answer = try await prune()
        default:
            let daemon = "d\(number(1..<3))"
            answer = "\(try await store.observe(after: ["d1": Int64(number(0..<9))], as: daemon).changed)"
        }
        known = try await StoreContent(of: store).services
        return answer
    }

    private mutating func draft() -> ServiceDraft {
        var draft = ServiceDraft(uuid: uuid(), name: name())
        draft.zone = some("made")
        return draft
    }

    private mutating func admit() async throws -> String {
        var admissions: [Admission] = []
        for _ in 0..<number(1..<4) {
            var admission = Admission(name: name(), worker: worker(), uuid: uuid(), daemon: "d\(number(1..<3))")
            admission.incarnation = incarnation()
            admission.version = some(Int32(clock % 90))
            admission.zone = some("z\(clock % 3)")
            admission.topic = some("t\(clock % 2)")
            admission.sequence = some(UInt64(clock % 50))
            admission.reportInterval = some(.seconds(clock % 60))
            admission.register = number(0..<3) == 0
            admission.mayCreate = number(0..<8) != 0
            admission.createsEnabled = number(0..<4) != 0
            admissions.append(admission)
        }
        return "\(try await store.admit(admissions, at: now))"
    }

    private mutating func depart() async throws -> String {
        let departure = Departure(
            name: name(),
            worker: worker(),
            incarnation: anybody()?.incarnation ?? incarnation(),
            manner: number(0..<2) == 0 ? .left : .failed(message: some("exit \(clock % 9)"))
        )
        return "\(try await store.depart([departure], at: now))"
    }

    private mutating func edit() async throws -> String {
        guard let record = anybody() else { return "" }
        var edit = RecordEdit(uuid: record.uuid)
        edit.expectedEdit = some(record.edit)
        edit.isDisabled = some(clock % 2 == 0)
        edit.disabledReason = some(some("why"))
        edit.forcedDown = some(clock % 3 != 0)
        edit.forcedDownReason = some(some("fire"))
        // Long over or far away: the two databases' clocks agree on both.
        edit.forcedDownUntil = some(Timestamp(microseconds: clock % 2 == 0 ? 1 : 4_000_000_000_000_000))
        edit.zone = some(some("rack"))
        edit.by = some("op")
        return "\(try await store.edit(edit, at: now))"
    }

    private mutating func delete() async throws -> String {
        guard let record = anybody(), number(0..<2) == 0 else { return "" }
        return "\(String(describing: try await store.delete(record.uuid, by: "op", at: now)))"
    }

    private mutating func record() async throws -> String {
        var changes: [StateChange] = []
        for _ in 0..<number(1..<4) {
            guard let record = anybody() else { continue }
            changes.append(
                StateChange(
                    serviceID: record.id,
                    judgedRevision: record.recorded.revision - Int64(number(0..<2)),
                    verdict: number(0..<2) == 0 ? Verdict(.down, .heartbeatMissed) : Verdict(.up, .heartbeat),
                    at: now
                )
            )
        }
        return "\(try await store.record(changes, at: now))"
    }

    private mutating func flush() async throws -> String {
        flushes += 1
        var flush = HeartbeatFlush(daemon: "d\(number(1..<3))", count: flushes, at: now, renewals: [], workers: [])
        for record in Set(known.map(\.id)).sorted() {
            guard let token = known.first(where: { $0.id == record })?.incarnationNumber else { continue }
            flush.renewals.append(
                HeartbeatRenewal(
                    serviceID: record,
                    service: 0,
                    incarnationNumber: token - Int64(number(0..<8) / 7),
                    lastSeenUp: Timestamp(microseconds: clock - Int64(number(0..<2)) * 7_000_000),
                    beats: Int32(number(0..<4)),
                    sequence: some(UInt64(clock % 70))
                )
            )
            flush.workers.append(
                WorkerRenewal(serviceID: record, worker: worker(), number: token, lastSeenUp: now, sequence: nil)
            )
        }
        let result = try await store.flush(flush)
        let incarnations = result.incarnations.sorted {
            ($0.serviceID, $0.worker, $0.number) < ($1.serviceID, $1.worker, $1.number)
        }
        return "\(result.news) \(result.missing) \(incarnations)"
    }

    private mutating func prune() async throws -> String {
        let limits = RetentionLimits(
            transitionsBefore: now - .seconds(40 * 3600),
            perService: 12,
            forgotten: now - .seconds(24 * 3600)
        )
        return "\(try await store.prune(limits, limit: 1_000))"
    }
}
