import DriverMemcached
import LivenessConformance
import LivenessCore
import MemcachedClient
import ServerFixtures
import Testing

@Suite("What memcached forgets", .memcached, .serialized)
struct MemcachedDriverTests {
    /// Two daemons' drivers, the machine of one of them, and a service that both know.
    private struct Pair {
        let fixture: MemcachedFixture
        let one: any LivenessDriver
        let two: any LivenessDriver
        let service: ServiceKey

        init(_ record: ServiceRecord = Pair.record("h1")) async throws {
            fixture = try MemcachedFixture()
            one = try fixture.driver(of: "d1")
            two = try fixture.driver(of: "d2")
            let hasher = NameHasher(seed: 1, secret: 2)
            var machine = LivenessMachine(settings: LivenessSettings(), hasher: hasher, at: Instant(nanoseconds: 0))
            machine.recordChanged(record, at: Instant(nanoseconds: 0))
            let board = machine.board
            for driver in [one, two] { driver.observer.begin([]) { board } }
            service = ServiceKey(service: try #require(board.find(record.uuid)), id: record.id)
            for id in ["d1", "d2"] {
                try await fixture.records.store.write(
                    DaemonRecord(
                        id: id,
                        incarnation: "i",
                        host: "h",
                        release: 1,
                        schemaRange: 1...1,
                        phaseSeen: "both",
                        flushCount: 0,
                        settingsDigest: "",
                        lastSeen: Timestamp(microseconds: 0)
                    )
                )
            }
            _ = try await two.observer.observe()
        }

        static func record(_ host: String, incarnation: String? = "a") -> ServiceRecord {
            var record = ServiceRecord(
                id: 1,
                uuid: ServiceUUID(random: 1, 2),
                name: ServiceName(host: host, binary: "nova-compute"),
                topic: "compute",
                zone: "nova",
                createdAt: Timestamp(microseconds: 0)
            )
            record.incarnation = incarnation
            record.incarnationNumber = incarnation == nil ? 0 : 1
            record.reportInterval = .seconds(10)
            record.isNeverHeard = false
            return record
        }

        /// How far the others have flushed, as two sees it.
        func counts() async throws -> [String: Int64] {
            let daemons = try await two.observer.look(at: []).daemons.filter { $0.id != "d2" }
            return Dictionary(uniqueKeysWithValues: daemons.map { ($0.id, $0.flushCount) })
        }

        func renew(_ count: Int64, sequence: UInt64?) async throws {
            let renewal = HeartbeatRenewal(
                serviceID: service.id,
                service: service.service,
                incarnationNumber: 1,
                lastSeenUp: Timestamp(microseconds: 0),
                beats: 1,
                sequence: sequence
            )
            let at = Timestamp(microseconds: 0)
            let flush = HeartbeatFlush(daemon: "d1", count: count, at: at, renewals: [renewal], workers: [])
            _ = try await one.reporter.renew(flush)
        }
    }

    @Test(
        "servers that were emptied, or killed and started again, are noticed once, and what is written anew is seen",
        arguments: [false, true]
    )
    func emptied(isKilled: Bool) async throws {
        let pair = try await Pair()
        try await pair.renew(1, sequence: 1)
        #expect(try await pair.two.observer.observe().changed.map(\.sequence) == [1])
        try await pair.fixture.empty(byKilling: isKilled)
        await #expect(throws: DriverError.self) { try await pair.two.observer.look(at: [pair.service]) }
        let after = try await pair.two.observer.observe()
        #expect(after.isEmptied && after.changed.isEmpty)
        let next = try await pair.two.observer.observe()
        #expect(!next.isEmptied)
        #expect(try await pair.two.observer.look(at: [pair.service]).missing == [pair.service.service])
        try await pair.renew(2, sequence: 2)
        let seen = try await pair.two.observer.observe()
        #expect(!seen.isEmptied && seen.changed.map(\.sequence) == [2])
        #expect(try await pair.two.observer.look(at: [pair.service]).missing.isEmpty)
    }

    @Test("a server that drops what it should keep is noticed")
    func evicting() async throws {
        let pair = try await Pair()
        try await pair.renew(1, sequence: 1)
        #expect(try await !pair.two.observer.observe().isEvicting)
        let filler = String(repeating: "x", count: 100_000)
        for number in [0, 1] {
            let client = pair.fixture.client(number)
            try await client.set((0..<400).map { .init(key: "filler-\($0)", value: filler, lifetime: nil) })
        }
        #expect(try await pair.two.observer.observe().isEvicting)
        #expect(try await !pair.two.observer.observe().isEvicting)
    }

    @Test("a service without incarnations and sequences is seen with every write")
    func plain() async throws {
        let pair = try await Pair(Pair.record("h1", incarnation: nil))
        try await pair.renew(1, sequence: nil)
        #expect(try await pair.two.observer.observe().changed.count == 1)
        #expect(try await pair.two.observer.observe().changed.isEmpty)
        try await pair.renew(2, sequence: nil)
        #expect(try await pair.two.observer.observe().changed.map(\.sequence) == [nil])
    }

    @Test(
        "names that are no keys are spelt as the contract says, and long ones by their digest",
        arguments: [
            ("h1", "1:h1:nova-compute:"), ("a b:c/d%é", "1:a%20b%3Ac%2Fd%25%C3%A9:nova-compute:"),
            ("!flushes", "1:%21flushes:nova-compute:"), (String(repeating: "h", count: 250), "1:#"),
        ]
    )
    func names(host: String, key: String) async throws {
        let pair = try await Pair(Pair.record(host))
        try await pair.renew(1, sequence: 7)
        #expect(try await pair.two.observer.observe().changed.map(\.sequence) == [7])
        guard !key.hasSuffix("#") else { return }
        let full = "\(pair.fixture.namespace):\(key)"
        var values: [String] = []
        for number in [0, 1] { values += try await pair.fixture.client(number).values(of: [full]).values }
        #expect(values == ["1 a 7 0 10 d1"])
    }

    @Test("an incarnation that is not known here is told by name, once for each value")
    func unrecognised() async throws {
        let pair = try await Pair()
        for number in [0, 1] {
            let key = "\(pair.fixture.namespace):1:h1:nova-compute:"
            try await pair.fixture.client(number).set([.init(key: key, value: "1 b 1 0 10 d1", lifetime: nil)])
        }
        let seen = try await pair.two.observer.observe()
        #expect(seen.changed.isEmpty && seen.unrecognised.map(\.id) == [1])
        #expect(seen.unrecognised.map(\.incarnation) == ["b"])
        #expect(try await pair.two.observer.observe().unrecognised.isEmpty)
    }

    @Test(
        "what is no value of ours is nobody's life",
        arguments: ["", "2 a 1 0 10 d1", "1 a x 0 10 d1", "1 a 1 0", "1 a 1 0 9e9 d"]
    )
    func foreign(value: String) async throws {
        let pair = try await Pair()
        for number in [0, 1] {
            let key = "\(pair.fixture.namespace):1:h1:nova-compute:"
            try await pair.fixture.client(number).set([.init(key: key, value: value, lifetime: nil)])
        }
        let seen = try await pair.two.observer.observe()
        #expect(seen.changed.isEmpty && seen.unrecognised.isEmpty)
    }

    @Test("the count of a daemon that uses other servers, another order or another namespace stands still")
    func otherServers() async throws {
        let pair = try await Pair()
        let ports = pair.fixture.ports
        let strangers = [
            try pair.fixture.driver(of: "d1", namespace: "other", ports: ports),
            try pair.fixture.driver(of: "d1", ports: ports.reversed()),
            try pair.fixture.driver(of: "d1", ports: Array(ports.prefix(1))),
            try pair.fixture.driver(of: "d1", host: "localhost", ports: ports),
        ]
        for (number, stranger) in strangers.enumerated() {
            let at = Timestamp(microseconds: 0)
            let count = Int64(number) + 1
            let flush = HeartbeatFlush(daemon: "d1", count: count, at: at, renewals: [], workers: [])
            _ = try await stranger.reporter.renew(flush)
            #expect(try await pair.counts() == ["d1": 0], "\(number)")
        }
        try await pair.renew(9, sequence: 1)
        #expect(try await pair.counts() == ["d1": 1])
        _ = try await strangers[2].reporter.renew(
            HeartbeatFlush(daemon: "d1", count: 10, at: Timestamp(microseconds: 0), renewals: [], workers: [])
        )
        #expect(try await pair.counts() == ["d1": 1])
    }

    @Test("a count that comes into sight again moves by one, and two flushes in sight by two")
    func sightLost() async throws {
        let pair = try await Pair()
        try await pair.renew(7, sequence: 1)
        #expect(try await pair.counts() == ["d1": 1])
        for count in 8...12 { try await pair.renew(Int64(count), sequence: UInt64(count)) }
        #expect(try await pair.counts() == ["d1": 3])
        try await pair.fixture.empty()
        #expect(try await pair.counts() == ["d1": 3])
        for count in 13...17 { try await pair.renew(Int64(count), sequence: UInt64(count)) }
        #expect(try await pair.counts() == ["d1": 4])
        // A process that begins to count anew.
        try await pair.renew(1, sequence: 18)
        #expect(try await pair.counts() == ["d1": 5])
    }

    @Test("a count that nobody could have reached is none", arguments: ["9223372036854775807", "-1", "x"])
    func foreignCount(count: String) async throws {
        let pair = try await Pair()
        try await pair.renew(7, sequence: 1)
        #expect(try await pair.counts() == ["d1": 1])
        for number in [0, 1] {
            let key = "\(pair.fixture.namespace):1:!flushes:\(number):d1"
            let client = pair.fixture.client(number)
            let value = try #require(try await client.values(of: [key])[key])
            let other = value.replacing("1 7 ", with: "1 \(count) ")
            #expect(other != value)
            try await client.set([.init(key: key, value: other, lifetime: nil)])
        }
        #expect(try await pair.counts() == ["d1": 1])
    }

    @Test("the daemon's row shows that it lives, and nothing to those who look for heartbeats there")
    func row() async throws {
        let pair = try await Pair()
        try await pair.renew(7, sequence: 1)
        let rows = try await pair.fixture.records.store.daemons()
        #expect(rows.map(\.flushCount) == [0, 0])
    }

    @Test("how far another daemon has flushed is seen while the database is away")
    func countsWithoutTheDatabase() async throws {
        let pair = try await Pair()
        #expect(try await pair.counts() == ["d1": 0])
        pair.fixture.damageTable(StoreError(.unavailable, "away"))
        try await pair.renew(3, sequence: 1)
        #expect(try await pair.counts() == ["d1": 1])
        #expect(try await pair.two.observer.look(at: []).brakes == nil)
    }

    @Test("while the database is away, who lives is still seen")
    func withoutTheDatabase() async throws {
        let pair = try await Pair()
        pair.fixture.damageTable(StoreError(.unavailable, "away"))
        try await pair.renew(1, sequence: 1)
        #expect(try await pair.two.observer.observe().changed.map(\.sequence) == [1])
    }
}
