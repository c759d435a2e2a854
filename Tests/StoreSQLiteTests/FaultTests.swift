import Foundation
import GRDB
import LivenessConformance
import LivenessCore
import StoreSQL
import Testing

@testable import StoreSQLite

@Suite("A SQLite store in trouble")
struct FaultTests {
    private let fixture: SQLiteFixture
    private let noon = Timestamp(microseconds: 1_700_000_000_000_000)

    init() throws {
        fixture = try SQLiteFixture(busyTimeout: .milliseconds(30))
    }

    private var store: SQLiteStore { fixture.sqlite }

    private func admissions(_ hosts: Range<Int>) -> [Admission] {
        hosts.map { number in
            var admission = Admission(
                name: ServiceName(host: "h\(number)", binary: "b"),
                worker: "",
                uuid: ServiceUUID(random: 3, UInt64(number)),
                daemon: "d"
            )
            admission.incarnation = "a"
            return admission
        }
    }

    /// Fails as unavailable, changes nothing, and works again once the trouble is over.
    private func survives(_ trouble: () async throws -> Void, relief: () async throws -> Void) async throws {
        _ = try await store.admit(admissions(0..<50), at: noon)
        let before = try await StoreContent(of: store)
        try await trouble()
        let error = await #expect(throws: StoreError.self) {
            try await store.admit(admissions(50..<3_000), at: noon)
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains(fixture.directory.database) == true)
        #expect(try await StoreContent(of: store) == before)
        try await relief()
        _ = try await store.admit(admissions(50..<3_000), at: noon)
        let after = try await StoreContent(of: store)
        #expect(after.services.count == 3_000)
        #expect(after.transitions.map(\.revision) == Array(1...3_000))
    }

    @Test("a file that was moved away or replaced: nothing is acknowledged", arguments: [false, true])
    func movedAway(isReplaced: Bool) async throws {
        let database = fixture.directory.database
        let aside = "\(database).aside"
        let files = FileManager.default
        _ = try await store.admit(admissions(0..<50), at: noon)
        let before = try await StoreContent(of: store)
        try files.moveItem(atPath: database, toPath: aside)
        if isReplaced { try files.copyItem(atPath: aside, toPath: database) }
        let error = await #expect(throws: StoreError.self) {
            _ = try await store.admit(admissions(50..<60), at: noon)
        }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains(database) == true)
        if isReplaced { try files.removeItem(atPath: database) }
        try files.moveItem(atPath: aside, toPath: database)
        #expect(try await StoreContent(of: store) == before)
        _ = try await store.admit(admissions(50..<60), at: noon)
    }

    @Test("read-only: writes are unavailable, reads go on")
    func readOnly() async throws {
        try await survives {
            try await fixture.execute("PRAGMA query_only = 1")
        } relief: {
            try await fixture.execute("PRAGMA query_only = 0")
        }
    }

    @Test("a full disk: nothing is half written, and it goes on once there is room")
    func full() async throws {
        try await survives {
            try await fixture.execute("PRAGMA max_page_count = 60")
        } relief: {
            try await fixture.execute("PRAGMA max_page_count = 1000000")
        }
    }

    @Test("locked by another process beyond the timeout: unavailable until it lets go")
    func locked() async throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: fixture.directory.database, configuration: configuration)
        try await survives {
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        } relief: {
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        }
        try other.close()
    }

    @Test("the write-ahead log is carried over and begins anew, also after somebody read what was there before")
    func logCarriedOver() async throws {
        let directory = try TemporaryDirectory()
        var configuration = SQLiteStore.Configuration(path: directory.database)
        configuration.logPages = 64
        let store = try SQLiteStore(configuration)
        func admit(_ rounds: Range<Int>) async throws {
            for round in rounds {
                _ = try await store.admit(admissions(round * 100..<(round + 1) * 100), at: noon)
                try await store.checkpoints.settle()
            }
        }
        func logPages() throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory.database)-wal")
            return (attributes[.size] as? Int ?? 0) / 4_096
        }
        try await admit(0..<40)
        let settled = try logPages()
        #expect(settled < 400)
        let reader = try store.pool.makeSnapshot()
        try await admit(40..<60)
        let held = try logPages()
        #expect(held > settled + 400)
        try reader.close()
        try await admit(60..<100)
        #expect(try logPages() < held + 400)
        #expect(try await StoreContent(of: store).services.count == 10_000)
        try store.close()
    }

    @Test("a page of garbage is corrupt, not a trap")
    func damagedPages() async throws {
        _ = try await store.admit(admissions(0..<500), at: noon)
        try await fixture.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try store.close()
        let url = URL(fileURLWithPath: fixture.directory.database)
        var bytes = try Data(contentsOf: url)
        #expect(bytes.count > 40 * 4096)
        bytes.replaceSubrange(4096 * 2..<4096 * 40, with: Data(repeating: 0xA7, count: 4096 * 38))
        let copy = "\(fixture.directory.path)/copy.sqlite"
        try bytes.write(to: URL(fileURLWithPath: copy))
        let error = await #expect(throws: StoreError.self) {
            _ = try await StoreContent(of: try SQLiteStore(SQLiteStore.Configuration(path: copy)))
        }
        #expect(error?.code == .corrupt)
    }

    @Test("stored values out of range are brought into range")
    func damagedValues() async throws {
        _ = try await store.admit(admissions(0..<1), at: noon)
        try await fixture.execute(
            """
            UPDATE services SET state = 'sideways', state_reason = 'whim', state_last = 'x', version = 99999999999,
            report_interval = 9223372036854775807, edit = -9,
            incarnation_number = 9223372036854775807, state_since = -9223372036854775808,
            state_revision = 9223372036854775807, forced_down = 7, forced_down_at = NULL;
            UPDATE service_heartbeats SET report_count = -1, last_sequence = -5, last_flush = -3, never_heard = -1
            """
        )
        try await fixture.execute("UPDATE service_incarnations SET version = -4, last_sequence = -1")
        let content = try await StoreContent(of: store)
        let record = try #require(content.services.first)
        #expect(record.recorded.state == .unknown)
        #expect(record.recorded.reason == .neverReported)
        #expect(record.version == .max)
        #expect(record.reportInterval == .seconds(3600))
        #expect(record.reportCount == 0)
        #expect(record.lastSequence == 0)
        #expect(record.forcedDown?.at == record.createdAt)
        #expect(content.incarnations.first?.version == 0)
        var next = admissions(0..<1)
        next[0].incarnation = "b"
        #expect(try await store.admit(next, at: noon).count == 1)
    }

    @Test("an identity that cannot be read is corrupt and names its row")
    func damagedIdentity() async throws {
        _ = try await store.admit(admissions(0..<3), at: noon)
        try await fixture.execute("UPDATE services SET uuid = 'nobody' WHERE id = 2")
        let error = await #expect(throws: StoreError.self) { try await StoreContent(of: store) }
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("services row 2") == true)
        #expect(try await store.records([1, 3]).services.count == 2)
    }

    @Test("a call that is cancelled is applied whole or not at all")
    func cancellation() async throws {
        for round in 0..<20 {
            let batch = admissions(round * 100..<round * 100 + 100)
            let task = Task { try await store.admit(batch, at: noon) }
            task.cancel()
            let applied = (try? await task.value) != nil
            let count = try await StoreContent(of: store).services.filter { record in
                batch.contains { $0.name == record.name }
            }.count
            #expect(count == 100 || (count == 0 && !applied))
        }
    }

    @Test("loading is one snapshot, whatever is written between its pages")
    func snapshot() async throws {
        _ = try await store.admit(admissions(0..<4_100), at: noon)
        let other = try DatabaseQueue(path: fixture.directory.database)
        var pages = 0
        var states: Set<LivenessState> = []
        let head = try await store.load(since: noon) { (page: sending LoadedPage) throws(StoreError) in
            pages += 1
            states.formUnion(page.services.map(\.recorded.state))
            do {
                try other.write { try $0.execute(sql: "UPDATE services SET state = 'down', state_reason = 'left'") }
            } catch {
                throw StoreError(.unavailable, "\(error)")
            }
        }
        #expect(pages == 3)
        #expect(states == [.up])
        #expect(head.head.revision == 4_100)
        try other.close()
    }
}
