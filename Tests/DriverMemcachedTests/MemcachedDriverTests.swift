import LivenessConformance
import LivenessCore
import MemcachedClient
import ServerFixtures
import Testing

@testable import DriverMemcached

@Suite("What memcached forgets", .memcached, .serialized)
struct MemcachedDriverTests {
    /// Two daemons' drivers, the machine of one of them, and a service that both know.
    private struct Pair {
        let fixture: MemcachedFixture
        let board: Board
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
            board = machine.board
            for driver in [one, two] { driver.observer.begin([]) { [board] in board } }
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

        /// The same of the first daemon on each server.
        func parts() async throws -> [Int64?] {
            try await two.observer.look(at: []).parts.map { $0.counts?["d1"] }
        }

        @discardableResult
        func renew(_ count: Int64, sequence: UInt64?) async throws -> FlushResult {
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
            return try await one.reporter.renew(flush)
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
            let other = value.hasSuffix(" 7") ? value.dropLast(1) + count : value
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

    // MARK: One of the servers

    /// The server that the pair's service belongs on.
    private func home(of pair: Pair) async throws -> Int {
        let key = "\(pair.fixture.namespace):1:h1:nova-compute:"
        for number in [0, 1] {
            if try await !pair.fixture.client(number).values(of: [key]).isEmpty { return number }
        }
        throw DriverError(.lost, "the service is on no server")
    }

    @Test(
        "a server that does not answer is named, a flush goes on without it, and it has the rest before its count moves"
    )
    func oneServerAway() async throws {
        let pair = try await Pair()
        try await pair.renew(1, sequence: 1)
        let first = try await pair.two.observer.observe()
        let home = try await home(of: pair)
        #expect(first.places?.part(of: pair.service.service) == UInt8(home))
        #expect(try await pair.parts() == [1, 1])
        pair.fixture.end(home)
        #expect(try await pair.renew(2, sequence: 2).isPartial)
        let seen = try await pair.two.observer.observe()
        #expect(seen.parts.map { $0.counts == nil } == [home == 0, home == 1])
        #expect(seen.parts[home].name == "127.0.0.1:\(pair.fixture.ports[home])")
        #expect(!seen.isEmptied && seen.changed.isEmpty)
        try await pair.fixture.restart(home)
        // What was written before the server was emptied is lost; what was owed is not, although nobody beat since.
        let at = Timestamp(microseconds: 0)
        let empty = HeartbeatFlush(daemon: "d1", count: 3, at: at, renewals: [], workers: [])
        #expect(try await !pair.one.reporter.renew(empty).isPartial)
        let after = try await pair.two.observer.observe()
        #expect(after.isEmptied && after.changed.map(\.sequence) == [2])
        #expect(after.parts.allSatisfy { $0.counts != nil })
    }

    @Test("who belongs on a server that answers is seen and written as ever while the other one is away")
    func otherServerAway() async throws {
        let pair = try await Pair()
        try await pair.renew(1, sequence: 1)
        _ = try await pair.two.observer.observe()
        let home = try await home(of: pair)
        pair.fixture.end(1 - home)
        #expect(try await pair.renew(2, sequence: 2).isPartial)
        let seen = try await pair.two.observer.observe()
        #expect(seen.parts[home].counts == ["d1": 2] && seen.changed.map(\.sequence) == [2])
        pair.fixture.end(home)
        await #expect(throws: DriverError.self) { try await pair.two.observer.observe() }
        await #expect(throws: DriverError.self) { try await pair.renew(3, sequence: 3) }
        for number in [0, 1] { try await pair.fixture.restart(number) }
    }

    @Test("a daemon's count moves on each server by what that has taken, and for all by what all have")
    func countsOfServers() async throws {
        let pair = try await Pair()
        try await pair.renew(1, sequence: 1)
        #expect(try await pair.counts() == ["d1": 1])
        #expect(try await pair.parts() == [1, 1])
        try await pair.fixture.freeze(1)
        for count in 2...3 { try await pair.renew(Int64(count), sequence: UInt64(count)) }
        #expect(try await pair.parts() == [3, nil])
        #expect(try await pair.counts() == ["d1": 1])
        pair.fixture.thaw(1)
        // It may have taken the second flush only now, when nobody waited for its word any more.
        let late = try await pair.parts()[1] ?? 0
        #expect((1...2).contains(late))
        try await pair.renew(4, sequence: 4)
        #expect(try await pair.parts() == [4, 2])
        #expect(try await pair.counts()["d1"] ?? 0 <= 3)
    }

    @Test("what is looked for on a server that was away from the beginning is no news when it comes")
    func awayFromTheBeginning() async throws {
        let pair = try await Pair()
        try await pair.renew(1, sequence: 1)
        let home = try await home(of: pair)
        try await pair.fixture.freeze(home)
        let late = try pair.fixture.driver(of: "d3")
        let board = pair.board
        late.observer.begin([]) { board }
        #expect(try await late.observer.observe().parts[home].counts == nil)
        pair.fixture.thaw(home)
        let seen = try await late.observer.observe()
        #expect(seen.parts[home].counts != nil && seen.changed.isEmpty && !seen.isEmptied)
        try await pair.renew(2, sequence: 2)
        #expect(try await late.observer.observe().changed.map(\.sequence) == [2])
    }

    @Test("what is owed for longer than a down time is owed no more, and what was written anew neither")
    func debts() {
        let debts = Debts()
        let now = ContinuousClock.now
        func item(_ key: String, _ value: String) -> MemcachedServer.Item {
            MemcachedServer.Item(key: key, value: value, lifetime: .seconds(62))
        }
        for key in ["a", "b"] { debts.owe(item(key, "1"), to: 1, since: now) }
        debts.owe(item("a", "2"), to: 1, since: now + .seconds(10))
        debts.owe(item("c", "1"), to: 0, since: now)
        #expect(debts.servers == [0, 1])
        let due = debts.due(to: 1, limit: 10, at: now + .seconds(20))
        #expect(Set(due.map(\.value)) == ["1", "2"] && due.first { $0.key == "a" }?.lifetime == .seconds(52))
        #expect(debts.due(to: 1, limit: 10, at: now + .seconds(61)).map(\.key) == ["a"])
        debts.settle(["a"], at: 1)
        #expect(debts.servers == [0])
        #expect(debts.due(to: 0, limit: 10, at: now + .seconds(61)).isEmpty)
        #expect(debts.servers.isEmpty)
    }
}
