import LivenessCore
import NovaImport
import Testing

@Suite("Following a running Nova")
struct NovaFollowerTests {
    private static let now = Timestamp(microseconds: 1_764_000_000_000_000)

    private func service(_ number: UInt64, _ count: Int64) -> NovaService {
        NovaService(
            id: Int64(number),
            uuid: ServiceUUID(random: number, 9),
            name: ServiceName(host: "h\(number)", binary: "nova-compute"),
            topic: "compute",
            reportCount: count
        )
    }

    private func cell(_ services: NovaService...) -> NovaCell {
        NovaCell(name: "cell1", services: services)
    }

    @Test("who was counted further since the look before was heard; the first look hears nobody")
    func heard() {
        var follower = NovaFollower()
        #expect(follower.heard([cell(service(1, 5), service(2, 5))]).isEmpty)
        #expect(follower.heard([cell(service(1, 6), service(2, 5), service(3, 9))]).map(\.name.host) == ["h1"])
        #expect(follower.heard([cell(service(1, 6), service(2, 4), service(3, 10))]).map(\.name.host) == ["h3"])
    }

    @Test("who beats here itself needs no messenger, and who is deleted there has none")
    func moved() {
        var follower = NovaFollower()
        _ = follower.heard([cell(service(1, 5), service(2, 5))])
        follower.hasMoved(service(1, 5).imported(from: "cell1"))
        var deleted = service(2, 6)
        deleted.deletedAt = Self.now
        #expect(follower.heard([cell(service(1, 6), deleted)]).isEmpty)
        #expect(follower.moved.count == 1)
    }

    @Test("what is edited there is edited here, again and again, until somebody here does")
    func edits() async throws {
        let store = InMemoryStore(logID: "log") { Self.now }
        var follower = NovaFollower()
        var row = service(1, 5)
        _ = try await store.take([row.imported(from: "cell1")], at: Self.now)

        func align() async throws -> [RecordEdit] {
            var records: [ServiceRecord] = []
            _ = try await store.load(since: Timestamp(microseconds: 0)) { records += $0.services }
            let edits = follower.edits(for: NovaComparison([cell(row)], here: records, takesDeleted: false))
            for edit in edits {
                guard case .edited(let record, _) = try await store.edit(edit, at: Self.now) else { continue }
                follower.made(record)
                #expect(row.imported(from: "cell1").differences(from: record).isEmpty)
            }
            return edits
        }

        #expect(try await align().isEmpty)
        row.isDisabled = true
        row.disabledReason = "disk"
        #expect(try await align().count == 1)
        row.isForcedDown = true
        row.disabledReason = "other disk"
        #expect(try await align().count == 1)
        row.isDisabled = false
        row.disabledReason = nil
        row.isForcedDown = false
        #expect(try await align().count == 1)

        var edit = RecordEdit(uuid: try #require(row.uuid))
        edit.isDisabled = true
        _ = try await store.edit(edit, at: Self.now)
        row.isForcedDown = true
        #expect(try await align().isEmpty)
    }
}
