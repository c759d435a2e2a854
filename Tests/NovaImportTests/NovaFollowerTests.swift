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

    /// A follower that has compared these with a store that holds them all.
    private func follower(of cell: NovaCell) async throws -> NovaFollower {
        let store = InMemoryStore(logID: "log") { Self.now }
        _ = try await store.take(cell.services.map { $0.imported(from: cell.name) }, at: Self.now)
        var records: [ServiceRecord] = []
        _ = try await store.load(since: Timestamp(microseconds: 0)) { records += $0.services }
        var follower = NovaFollower()
        follower.compared([cell], NovaComparison([cell], here: records, takesDeleted: false))
        return follower
    }

    @Test("who was counted further since the look before was heard; the first look in a while hears nobody")
    func heard() async throws {
        var follower = try await follower(of: cell(service(1, 5), service(2, 5)))
        #expect(follower.heard(cell(service(1, 5), service(2, 5)), isFirst: false).isEmpty)
        #expect(follower.heard(cell(service(1, 6), service(2, 5)), isFirst: false).map(\.name.host) == ["h1"])
        #expect(follower.heard(cell(service(1, 7), service(2, 9)), isFirst: true).isEmpty)
        #expect(follower.heard(cell(service(1, 7), service(2, 10)), isFirst: false).map(\.name.host) == ["h2"])
        #expect(follower.heard(cell(service(1, 7), service(2, 3)), isFirst: false).isEmpty)
    }

    @Test("two cells of one name are two")
    func sameNames() async throws {
        var follower = try await follower(of: cell(service(1, 5), service(2, 5)))
        var (one, two) = (cell(service(1, 100)), cell(service(2, 5)))
        two.place = 1
        // The rows have one number there, as each cell begins with 1.
        two.services[0].id = 1
        for _ in 0..<3 {
            #expect(follower.heard(one, isFirst: false).isEmpty)
            #expect(follower.heard(two, isFirst: false).isEmpty)
        }
        one.services[0].reportCount += 1
        #expect(follower.heard(one, isFirst: false).map(\.name.host) == ["h1"])
    }

    @Test("a service that was deleted in Nova and made anew there is replaced here, and is no orphan")
    func replaced() async throws {
        let store = InMemoryStore(logID: "log") { Self.now }
        let old = service(1, 5)
        _ = try await store.take([old.imported(from: "cell1")], at: Self.now)
        func compared(_ services: NovaService...) async throws -> NovaComparison {
            var records: [ServiceRecord] = []
            _ = try await store.load(since: Timestamp(microseconds: 0)) { records += $0.services }
            return NovaComparison([NovaCell(name: "cell1", services: services)], here: records, takesDeleted: false)
        }
        var deleted = old
        deleted.deletedAt = Self.now
        var new = service(2, 1)
        new.name = old.name
        new.isDisabled = true
        for rows in [[deleted, new], [new]] {
            let found = NovaComparison(
                [NovaCell(name: "cell1", services: rows)],
                here: try await compared().orphans,
                takesDeleted: false
            )
            #expect(found.replacements.map(\.there.uuid) == [new.uuid])
            #expect(found.conflicts.isEmpty && found.missing.isEmpty && found.orphans.isEmpty)
        }
        let found = try await compared(deleted, new)
        #expect(try await NovaImporter(from: [], to: store).replace(found.replacements, at: Self.now) == 1)
        let after = try await compared(deleted, new)
        #expect(after.equal == 1 && after.replacements.isEmpty && after.orphans.isEmpty)
        // Both live there: which of them is meant nobody can tell.
        let both = try await compared(
            new,
            service(3, 1),
            {
                var twin = service(4, 1)
                twin.name = new.name
                return twin
            }()
        )
        #expect(both.conflicts.map(\.name) == [new.name] && both.replacements.isEmpty)
    }

    @Test("what a follower before has forced down the next one lets up, and nothing that somebody here has done")
    func restarted() async throws {
        let store = InMemoryStore(logID: "log") { Self.now }
        let there = service(1, 5).imported(from: "cell1")
        _ = try await store.take([there], at: Self.now)
        for by in [ServiceRecord.importer, "operator"] {
            var edit = RecordEdit(uuid: there.uuid)
            edit.forcedDown = true
            edit.isDisabled = true
            edit.by = by
            _ = try await store.edit(edit, at: Self.now)
            var records: [ServiceRecord] = []
            _ = try await store.load(since: Timestamp(microseconds: 0)) { records += $0.services }
            let cells = [cell(service(1, 5))]
            let comparison = NovaComparison(cells, here: records, takesDeleted: false)
            var follower = NovaFollower()
            follower.compared(cells, comparison)
            let edits = follower.edits(for: comparison)
            #expect(edits.map(\.forcedDown) == (by == ServiceRecord.importer ? [false] : []))
            #expect(edits.allSatisfy { $0.isDisabled == nil })
            // So that the next one is forced down by somebody else.
            edit.forcedDown = false
            _ = try await store.edit(edit, at: Self.now)
        }
    }

    @Test("who has no record here is compared first and not spoken for")
    func new() async throws {
        var follower = try await follower(of: cell(service(1, 5)))
        let later = cell(service(1, 5), service(3, 9))
        #expect(follower.hasNew(later) && !follower.hasNew(cell(service(1, 6))))
        _ = follower.heard(later, isFirst: false)
        #expect(follower.heard(cell(service(1, 5), service(3, 10)), isFirst: false).isEmpty)
    }

    @Test("who beats here itself needs no messenger, and who is deleted there has none")
    func moved() async throws {
        var follower = try await follower(of: cell(service(1, 5), service(2, 5)))
        _ = follower.heard(cell(service(1, 5), service(2, 5)), isFirst: true)
        follower.hasMoved(service(1, 5).imported(from: "cell1"))
        var deleted = service(2, 6)
        deleted.deletedAt = Self.now
        #expect(follower.heard(cell(service(1, 6), deleted), isFirst: false).isEmpty)
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
            let comparison = NovaComparison([cell(row)], here: records, takesDeleted: false)
            follower.compared([cell(row)], comparison)
            let edits = follower.edits(for: comparison)
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
        // A new follower goes on where the one before was.
        follower = NovaFollower()
        #expect(try await align().isEmpty)
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
