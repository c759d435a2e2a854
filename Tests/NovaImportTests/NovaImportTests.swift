import LivenessCore
import MariaDBClient
import NovaImport
import ServerFixtures
import Testing

@Suite("Importing from Nova", .mariaDB)
struct NovaImportTests {
    private static let now = Timestamp(microseconds: 1_764_000_000_000_000)

    /// The table as Nova's own models make it.
    private static let table = """
        CREATE TABLE services (created_at DATETIME, updated_at DATETIME, deleted_at DATETIME, id INTEGER NOT NULL \
        AUTO_INCREMENT PRIMARY KEY, uuid VARCHAR(36), host VARCHAR(255), `binary` VARCHAR(255), topic VARCHAR(255), \
        report_count INTEGER NOT NULL, disabled BOOL, deleted INTEGER, disabled_reason VARCHAR(255), \
        last_seen_up DATETIME, forced_down BOOL, version INTEGER, UNIQUE (uuid), UNIQUE (host, topic, deleted), \
        UNIQUE (host, `binary`, deleted)) CHARACTER SET utf8mb3
        """
    /// As Liberty had it.
    private static let oldTable = """
        CREATE TABLE services (created_at DATETIME, updated_at DATETIME, deleted_at DATETIME, id INTEGER NOT NULL \
        AUTO_INCREMENT PRIMARY KEY, host VARCHAR(255), `binary` VARCHAR(255), topic VARCHAR(255), \
        report_count INTEGER NOT NULL, disabled BOOL, deleted INTEGER, disabled_reason VARCHAR(255)) CHARACTER SET utf8mb3
        """

    private func cell(_ name: String, _ statements: String...) async throws -> NovaDatabase {
        let server = try MariaDBServer.here()
        let database = try await server.makeDatabase()
        try await server.execute("USE \(database); " + statements.joined(separator: "; "))
        return NovaDatabase(
            MariaDBConfiguration(address: .socket(server.socket), user: "root", database: database),
            name: name
        )
    }

    private static func rows(_ numbers: ClosedRange<Int>, prefix: String = "h") -> String {
        """
        INSERT INTO services (created_at, uuid, host, `binary`, topic, report_count, disabled, deleted, forced_down, \
        version) SELECT '2020-01-02 03:04:05', concat('10000000-0000-4000-8000-', lpad(hex(seq), 12, '0')), \
        concat('\(prefix)', seq), 'nova-compute', 'compute', 7, 0, 0, 0, 66 \
        FROM seq_\(numbers.lowerBound)_to_\(numbers.upperBound)
        """
    }

    private func records(_ store: InMemoryStore) async throws -> [ServiceRecord] {
        var records: [ServiceRecord] = []
        _ = try await store.load(since: Timestamp(microseconds: 0)) { records += $0.services }
        return records
    }

    @Test("identities, versions, reasons and forced downs come over, and what is there is not written twice")
    func whole() async throws {
        let cell = try await cell(
            "cell1",
            Self.table,
            Self.rows(1...450),
            "UPDATE services SET disabled = 1, disabled_reason = _utf8mb3 x'506CC3A46E65', forced_down = 1 WHERE id = 2",
            "UPDATE services SET deleted = 3, deleted_at = '2021-01-01 00:00:00' WHERE id = 3"
        )
        let store = InMemoryStore(logID: "log") { Self.now }
        let importer = NovaImporter(from: [cell], to: store)
        let before = try await importer.compare(takesDeleted: false)
        #expect(before.total == 449 && before.missing.count == 449 && before.conflicts.isEmpty)
        #expect(try await records(store).isEmpty)
        var told: [Int] = []
        let refused = try await importer.write(before.missing, batch: 200, at: Self.now) { told.append($0) }
        #expect(refused.isEmpty && told == [200, 400, 449])

        let found = try await records(store)
        #expect(found.count == 449)
        let second = try #require(found.first { $0.host == "h2" })
        #expect(second.uuid.description == "10000000-0000-4000-8000-000000000002")
        #expect(second.version == 66 && second.topic == "compute" && second.binary == "nova-compute")
        #expect(second.isDisabled && second.disabledReason == "Pläne" && second.forcedDown != nil)
        #expect(second.createdAt.microseconds == 1_577_934_245_000_000)
        #expect(second.recorded.verdict == Verdict(.unknown, .neverReported))

        let after = try await importer.compare(takesDeleted: false)
        #expect(after.equal == 449 && after.missing.isEmpty && after.differences.isEmpty && after.orphans.isEmpty)
        #expect(after.checksums.there == after.checksums.here && after.checksums.here != 0)
        let withDeleted = try await importer.compare(takesDeleted: true)
        #expect(withDeleted.missing.map(\.name.host) == ["h3"])
        _ = try await importer.write(withDeleted.missing, batch: 200, at: Self.now) { _ in }
        #expect(try await importer.compare(takesDeleted: true).equal == 450)
        await cell.close()
    }

    @Test("single services are looked up by name and by identity, living ones alone, and as they are called")
    func fallback() async throws {
        let cell = try await cell(
            "cell1",
            Self.table,
            Self.rows(1...500),
            "UPDATE services SET disabled = 1, disabled_reason = 'fan' WHERE id = 2",
            "UPDATE services SET deleted = 3, deleted_at = '2021-01-01 00:00:00' WHERE id = 3",
            "UPDATE services SET uuid = 'torn' WHERE id = 5",
            "UPDATE services SET host = NULL WHERE id = 6",
            "UPDATE services SET deleted = NULL WHERE id = 7"
        )
        let fallback = NovaFallback([cell])
        func names(_ hosts: [String]) -> [ServiceName] { hosts.map { ServiceName(host: $0, binary: "nova-compute") } }
        let answer = try await fallback.find(names(["h2", "H4", "h3", "h5", "h7", "h999"]))
        let second = try #require(answer.found.first)
        #expect(answer.found.map(\.name.host).sorted() == ["h2", "h7"] && second.name.host == "h2")
        #expect(second.disabledReason == "fan" && second.version == 66)
        // Nova takes h4 and H4 for one; who is meant is not for a program to guess.
        #expect(answer.unclear.keys.map(\.host).sorted() == ["H4", "h5"])
        #expect(try await fallback.find(second.uuid) == second)
        #expect(try await fallback.find(ServiceUUID(random: 1, 2)) == nil)
        for unreadable in ["3", "6"] {
            let uuid = try #require(ServiceUUID("10000000-0000-4000-8000-00000000000\(unreadable)"))
            #expect(try await fallback.find(uuid) == nil)
        }
        #expect(try await fallback.find(names((1...600).map { "h\($0)" })).found.count == 497)
        await cell.close()
    }

    @Test("a service is looked for in all cells, and in two of them it is for an operator to decide on")
    func fallbackCells() async throws {
        let one = try await cell("cell1", Self.table, Self.rows(1...3))
        let two = try await cell("cell2", Self.table, Self.rows(3...5))
        let fallback = NovaFallback([one, two])
        // The same name of another identity, whoever asks.
        #expect(try await fallback.find(try #require(ServiceUUID("10000000-0000-4000-8000-000000000003"))) == nil)
        let names = ["h1", "h3", "h5", "h7"].map { ServiceName(host: $0, binary: "nova-compute") }
        let answer = try await fallback.find(names)
        #expect(answer.found.map(\.name) == [names[0], names[2]])
        #expect(answer.unclear == [names[1]: "it is in cell1 and in cell2"])
        await two.close()
        await #expect(throws: NovaError.self) { try await fallback.find(names) }
        await one.close()
    }

    @Test("an import that was cut short is gone on with")
    func resumed() async throws {
        let cell = try await cell("cell1", Self.table, Self.rows(1...30))
        let store = InMemoryStore(logID: "log") { Self.now }
        let importer = NovaImporter(from: [cell], to: store)
        let missing = try await importer.compare(takesDeleted: false).missing
        _ = try await importer.write(Array(missing.prefix(11)), batch: 5, at: Self.now) { _ in }
        let rest = try await importer.compare(takesDeleted: false)
        #expect(rest.equal == 11 && rest.missing.count == 19)
        _ = try await importer.write(rest.missing, batch: 5, at: Self.now) { _ in }
        #expect(try await importer.compare(takesDeleted: false).equal == 30)
        await cell.close()
    }

    @Test("a name in two cells, and one that is taken here, are conflicts and not a coin toss")
    func conflicts() async throws {
        let one = try await cell("cell1", Self.table, Self.rows(1...3))
        let two = try await cell(
            "cell2",
            Self.table,
            Self.rows(3...5),
            "UPDATE services SET uuid = uuid() WHERE host = 'h3'"
        )
        let store = InMemoryStore(logID: "log") { Self.now }
        var draft = ServiceDraft(uuid: ServiceUUID(random: 1, 2), name: ServiceName(host: "h5", binary: "nova-compute"))
        draft.topic = "compute"
        _ = try await store.create(draft, at: Self.now)
        let comparison = try await NovaImporter(from: [one, two], to: store).compare(takesDeleted: false)
        #expect(comparison.conflicts.map(\.name.host) == ["h3", "h5"])
        #expect(comparison.conflicts.map(\.holders) == [["cell1", "cell2"], ["cell2", "here"]])
        #expect(comparison.missing.map(\.name.host) == ["h1", "h2", "h4"])
        #expect(comparison.others.isEmpty && comparison.imported == 0)
        // Nobody imported it, and neither cell has it.
        draft.uuid = ServiceUUID(random: 3, 4)
        draft.name = ServiceName(host: "h6", binary: "nova-compute")
        _ = try await store.create(draft, at: Self.now)
        let later = try await NovaImporter(from: [one, two], to: store).compare(takesDeleted: false)
        #expect(later.others.map(\.host) == ["h6"])
        await one.close()
        await two.close()
    }

    @Test("what was edited here since is listed, and what is gone there is an orphan")
    func audit() async throws {
        let cell = try await cell("cell1", Self.table, Self.rows(1...3))
        let store = InMemoryStore(logID: "log") { Self.now }
        let importer = NovaImporter(from: [cell], to: store)
        let missing = try await importer.compare(takesDeleted: false).missing
        _ = try await importer.write(missing, batch: 5, at: Self.now) { _ in }
        var edit = RecordEdit(uuid: missing[0].uuid)
        edit.isDisabled = true
        _ = try await store.edit(edit, at: Self.now)
        let gone = try await cell.read().services.dropLast()
        let comparison = NovaComparison(
            [NovaCell(name: "cell1", services: Array(gone))],
            here: try await records(store),
            takesDeleted: false
        )
        #expect(comparison.differences.map(\.fields) == [["disabled"]])
        #expect(comparison.orphans.map(\.host) == ["h3"])
        #expect(comparison.equal == 1 && comparison.checksums.there != comparison.checksums.here)
        await cell.close()
    }

    @Test("columns that came after Liberty may be missing, and an identity is then the same each time")
    func liberty() async throws {
        let cell = try await cell(
            "cell1",
            Self.oldTable,
            "INSERT INTO services (host, `binary`, topic, report_count, disabled, deleted) VALUES ('h', 'b', 't', 1, 1, 0)"
        )
        let first = try await cell.read().services.map { $0.imported(from: "cell1") }
        let again = try await cell.read().services.map { $0.imported(from: "cell1") }
        #expect(first == again && first.count == 1)
        #expect(first.first?.version == 0 && first.first?.isDisabled == true && first.first?.isForcedDown == false)
        #expect(try await cell.read().services.map { $0.imported(from: "cell2") } != first)
        await cell.close()
    }

    @Test(
        "a table of somebody else's is named",
        arguments: [
            ("CREATE TABLE services (id INT)", "lacks host, binary"),
            ("CREATE TABLE others (id INT)", "lacks id, host"),
        ]
    )
    func foreign(statements: String, words: String) async throws {
        let cell = try await cell("cell9", statements)
        let error = await #expect(throws: NovaError.self) { try await cell.read() }
        #expect(error?.description.contains("cell9") == true)
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        await cell.close()
    }

    @Test(
        "a row that cannot be here is named, and the others come",
        arguments: [
            ("uuid = 'x'", "row 2: uuid is \"x\""), ("host = NULL", "row 2: host is empty"),
            ("`binary` = 'a/b'", "row 2: binary is no name"),
        ]
    )
    func unreadable(change: String, words: String) async throws {
        let cell = try await cell("cell9", Self.table, Self.rows(1...3), "UPDATE services SET \(change) WHERE id = 2")
        let read = try await cell.read()
        #expect(read.services.map(\.id) == [1, 3])
        #expect(read.unreadable.count == 1 && read.unreadable.first?.contains(words) == true, "\(read.unreadable)")
        let comparison = NovaComparison([read], here: [], takesDeleted: false)
        #expect(comparison.missing.count == 2 && comparison.unreadable == read.unreadable)
        await cell.close()
    }

    @Test("times are read as UTC, whatever zone the server is in")
    func zone() async throws {
        let cell = try await cell("cell1", Self.table, Self.rows(1...1), "SET GLOBAL time_zone = '+09:00'")
        let created = try await cell.read().services.first?.createdAt
        try await MariaDBServer.here().execute("SET GLOBAL time_zone = 'SYSTEM'")
        #expect(created?.microseconds == 1_577_934_245_000_000)
        await cell.close()
    }
}
