import LivenessConformance
import LivenessCore
import MariaDBClient
import ServerFixtures
import StoreSQL
import Testing

@testable import StoreMariaDB

@Suite("A MariaDB store whose server fails", .mariaDB, .serialized)
struct FaultTests {
    private static func admission(_ number: Int, daemon: String = "d1") -> Admission {
        var admission = Admission(
            name: ServiceName(host: "h\(number)", binary: "nova-compute"),
            worker: "",
            uuid: ServiceUUID(random: .random(in: 0 ... .max), .random(in: 0 ... .max)),
            daemon: daemon
        )
        admission.incarnation = "a"
        return admission
    }

    private static let now = Timestamp(microseconds: 1_700_000_000_000_000)

    private static func daemon(_ id: String) -> DaemonRecord {
        DaemonRecord(
            id: id,
            incarnation: "i",
            host: id,
            release: 1,
            schemaRange: 1...1,
            phaseSeen: "new",
            flushCount: 0,
            settingsDigest: "",
            lastSeen: now
        )
    }

    @Test("what was acknowledged outlives a kill of the server, and the store finds it again")
    func killed() async throws {
        let fixture = try await MariaDBFixture()
        let store = fixture.mariaDB
        for number in 0..<50 { _ = try await store.admit([Self.admission(number)], at: Self.now) }
        let before = try await StoreContent(of: store)
        try await fixture.server.killAndRestart()
        let after = try await eventually("the store answers again") { try? await StoreContent(of: store) }
        #expect(after == before && after.services.count == 50)
        await store.close()
    }

    @Test("while the server is away calls fail as unavailable and change nothing")
    func away() async throws {
        let fixture = try await MariaDBFixture()
        let store = fixture.mariaDB
        _ = try await store.admit([Self.admission(1)], at: Self.now)
        fixture.server.current.end()
        let error = await #expect(throws: StoreError.self) {
            try await store.admit([Self.admission(2)], at: Self.now)
        }
        #expect(error?.code == .unavailable)
        await #expect(throws: StoreError.self) { try await store.daemons() }
        try await fixture.server.killAndRestart()
        let after = try await eventually("the store answers again") { try? await StoreContent(of: store) }
        #expect(after.services.map(\.host) == ["h1"])
        await store.close()
    }

    @Test("a server that may not write is unavailable, and the store goes on when it may")
    func readOnly() async throws {
        let fixture = try await MariaDBFixture()
        let store = fixture.mariaDB
        // Root may write all the same.
        try await fixture.server.execute("CREATE OR REPLACE USER plain@localhost; GRANT ALL ON *.* TO plain@localhost")
        try await fixture.server.execute("REVOKE SUPER, READ_ONLY ADMIN ON *.* FROM plain@localhost")
        var configuration = fixture.configuration
        configuration.server.user = "plain"
        let plain = try await MariaDBStore(configuration)
        try await fixture.server.execute("SET GLOBAL read_only = 1")
        let error = await #expect(throws: StoreError.self) {
            try await plain.admit([Self.admission(1)], at: Self.now)
        }
        #expect(error?.code == .unavailable, "\(error.map(String.init(describing:)) ?? "")")
        #expect(try await plain.daemons().isEmpty)
        try await fixture.server.execute("SET GLOBAL read_only = 0")
        #expect(try await plain.admit([Self.admission(1)], at: Self.now).count == 1)
        for store in [store, plain] { await store.close() }
    }

    @Test("a database that was ours alone is taken anew after the server was killed, whoever writes first")
    func lockTakenAnew() async throws {
        var configuration = try await MariaDBFixture().configuration
        configuration.daemon = "d1"
        let store = try await MariaDBStore(configuration)
        let server = try MariaDBServer.here()
        for _ in 0..<3 {
            try await server.killAndRestart()
            await withDiscardingTaskGroup { group in
                for number in 0..<8 {
                    group.addTask {
                        _ = try? await eventually("daemon \(number) is written") {
                            try? await store.write(Self.daemon("d\(number)"))
                        }
                    }
                }
            }
            #expect(try await eventually("it answers") { try? await store.daemons() }.count == 8)
        }
        let second = await #expect(throws: StoreError.self) { try await MariaDBStore(configuration) }
        #expect(second?.code == .inUse)
        await store.close()
    }

    @Test("two daemons that admit and flush the same services at once lose nothing and number nothing twice")
    func contention() async throws {
        let fixture = try await MariaDBFixture()
        let other = try await MariaDBStore(fixture.configuration)
        let stores = [fixture.mariaDB, other]
        let ids = try await fixture.mariaDB.admit((0..<100).map { Self.admission($0) }, at: Self.now).compactMap {
            if case .admitted(let record, _, _) = $0 { record.id } else { nil }
        }
        for (store, id) in zip(stores, ["d1", "d2"]) { try await store.write(Self.daemon(id)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (store, id) in zip(stores, ["d1", "d2"]) {
                group.addTask {
                    for round in 1...10 {
                        let renewals = ids.shuffled().map {
                            HeartbeatRenewal(
                                serviceID: $0,
                                service: 0,
                                incarnationNumber: 1,
                                lastSeenUp: Self.now + .seconds(round),
                                beats: 1,
                                sequence: UInt64(round)
                            )
                        }
                        let flush = HeartbeatFlush(
                            daemon: id,
                            count: Int64(round),
                            at: Self.now,
                            renewals: renewals,
                            workers: []
                        )
                        let result = try await store.flush(flush)
                        #expect(result.news.isEmpty && result.missing.isEmpty)
                    }
                }
                group.addTask {
                    for start in stride(from: 100, to: 200, by: 20) {
                        _ = try await store.admit(
                            (start..<(start + 20)).shuffled().map { Self.admission($0, daemon: id) },
                            at: Self.now
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
        let content = try await StoreContent(of: other)
        #expect(content.services.count == 200 && Set(content.services.map(\.host)).count == 200)
        #expect(content.transitions.map(\.revision) == Array(1...200))
        let first = content.services.filter { ids.contains($0.id) }
        #expect(first.allSatisfy { $0.reportCount == 20 && $0.lastSequence == 10 })
        for store in stores { await store.close() }
    }
}
