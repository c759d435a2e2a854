import LivenessCore

extension StoreLaw {
    static let loadings: [StoreLaw] = [
        StoreLaw("loading hands over the head and then everything in pages, each service with its incarnations") {
            bench in
            let admissions = (0..<4_500).map { bench.admission("h\($0)", worker: "w", incarnation: "i\($0)") }
            _ = try await bench.store.admit(admissions, at: bench.time(0))
            var hosts: Set<String> = []
            var largest = 0
            var complete = true
            var shown: LoadedHead?
            var isHeadFirst = true
            let head = try await bench.store.load(since: bench.time(0)) {
                shown = $0
            } page: { (page: sending LoadedPage) throws(StoreError) in
                isHeadFirst = isHeadFirst && shown != nil
                largest = max(largest, page.services.count)
                hosts.formUnion(page.services.map(\.host))
                complete = complete && Set(page.incarnations.map(\.serviceID)) == Set(page.services.map(\.id))
            }
            try expect(isHeadFirst, "a page came before the head")
            try expectEqual(shown?.head, head.head, "the head")
            try expectEqual(hosts.count, 4_500, "services")
            try expect(largest <= 2_000, "a page held \(largest) services")
            try expect(complete, "a page lacked incarnations of its services")
            try expectEqual(head.head.revision, 4_500, "revision")
            try expectEqual(head.newestStamp, bench.time(0), "newest stamp")
        },
        StoreLaw("loading shows deletions and replaced incarnations that are remembered, and no older ones") { bench in
            let old = try await bench.admitted(bench.admission("old")).record
            let new = try await bench.admitted(bench.admission("new")).record
            try await bench.admitted(bench.admission("kept", incarnation: "a"))
            try await bench.admitted(bench.admission("kept", incarnation: "b"), at: 50)
            try await bench.admitted(bench.admission("kept", incarnation: "c"), at: 150)
            _ = try await bench.store.delete(old.uuid, by: nil, at: bench.time(50))
            _ = try await bench.store.delete(new.uuid, by: nil, at: bench.time(150))
            let content = try await bench.everything(since: bench.time(100))
            try expectEqual(content.services.map(\.host).sorted(), ["kept", "new"], "hosts")
            try expectEqual(content.incarnations.compactMap(\.incarnation).sorted(), ["a", "b", "c"], "incarnations")
            let names = content.incarnations.filter { $0.serviceID != new.id }.compactMap(\.incarnation)
            try expectEqual(names.sorted(), ["b", "c"], "incarnations of the one that was kept")
        },
        StoreLaw("an empty store loads as one") { bench in
            let content = try await bench.everything()
            try expectEqual(content.services, [], "services")
            try expectEqual(content.revision, 0, "revision")
            try expectEqual(content.newestStamp, nil, "newest stamp")
            let head = try await bench.head()
            try expectEqual(head.oldest, 1, "oldest")
            try expect(!head.logID.isEmpty, "the log has no name")
        },
        StoreLaw("what a page's reader throws ends the loading") { bench in
            try await bench.admitted(bench.admission())
            do throws(StoreError) {
                _ = try await bench.store.load(since: bench.time(0)) {
                    (_: sending LoadedPage) throws(StoreError) in
                    throw StoreError(.corrupt, "enough")
                }
            } catch {
                return try expectEqual(error.message, "enough", "error")
            }
            throw LawBroken(description: "nothing was thrown")
        },
    ]

    static let retentions: [StoreLaw] = [
        StoreLaw("old transitions go, a few at a time, and the log says from where it is kept") { bench in
            for number in 0..<6 {
                try await bench.admitted(bench.admission("h\(number)"), at: Double(number))
            }
            let limits = RetentionLimits(
                transitionsBefore: bench.time(4),
                perService: 1_000,
                forgotten: bench.time(0)
            )
            try expectEqual(try await bench.store.prune(limits, limit: 3), 3, "removed")
            try expectEqual(try await bench.head().oldest, 4, "oldest")
            try expectEqual(try await bench.store.prune(limits, limit: 3), 1, "removed then")
            try expectEqual(try await bench.store.prune(limits, limit: 3), 0, "removed at last")
            let page = try await bench.store.transitions(since: 0, limit: 99)
            try expectEqual(page.transitions.map(\.revision), [5, 6], "kept")
            try expectEqual(page.head.revision, 6, "revision")
        },
        StoreLaw("the newest rows of a service are kept, and nobody else's go") { bench in
            var record = try await bench.admitted(bench.admission("busy")).record
            try await bench.admitted(bench.admission("quiet"))
            for _ in 0..<5 {
                _ = try await bench.store.record([bench.missed(record)], at: bench.time(2))
                record = try await bench.record(record.id)
            }
            let limits = RetentionLimits(transitionsBefore: bench.time(0), perService: 2, forgotten: bench.time(0))
            try expectEqual(try await bench.store.prune(limits, limit: 100), 4, "removed")
            let page = try await bench.store.transitions(since: 0, limit: 99)
            try expectEqual(page.transitions.map(\.revision), [2, 6, 7], "kept")
        },
        StoreLaw("an empty log still knows its revision") { bench in
            try await bench.admitted(bench.admission())
            let limits = RetentionLimits(transitionsBefore: bench.time(9), perService: 9, forgotten: bench.time(0))
            _ = try await bench.store.prune(limits, limit: 100)
            let head = try await bench.head()
            try expectEqual(head.revision, 1, "revision")
            try expectEqual(head.oldest, 2, "oldest")
            let next = try await bench.admitted(bench.admission("h2"), at: 1)
            try expectEqual(next.transitions.map(\.revision), [2], "next revision")
        },
        StoreLaw("incarnations replaced or deleted long ago are forgotten, their tokens are not") { bench in
            let old = try await bench.admitted(bench.admission("h1", incarnation: "a")).record
            try await bench.admitted(bench.admission("h2", incarnation: "a"))
            try await bench.admitted(bench.admission("h2", incarnation: "b"), at: 1)
            _ = try await bench.store.delete(old.uuid, by: nil, at: bench.time(1))
            let limits = RetentionLimits(transitionsBefore: bench.time(0), perService: 99, forgotten: bench.time(2))
            try expectEqual(try await bench.store.prune(limits, limit: 1), 1, "removed")
            try expectEqual(try await bench.store.prune(limits, limit: 9), 1, "removed then")
            let left = try await bench.everything().incarnations
            try expectEqual(left.map(\.incarnation), ["b"], "incarnations")
            let again = try await bench.admitted(bench.admission("h2", incarnation: "a"), at: 90_000)
            try expectEqual(again.incarnation.number, 3, "token")
            let made = try await bench.admitted(bench.admission("h1", incarnation: "a"), at: 90_000)
            try expectEqual(made.incarnation.number, 2, "token of the one made again")
        },
    ]
}
