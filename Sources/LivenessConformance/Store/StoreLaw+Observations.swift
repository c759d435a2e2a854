import LivenessCore

extension StoreLaw {
    static let observations: [StoreLaw] = [
        StoreLaw("an observation brings what others flushed since, never one's own") { bench in
            try await bench.register("d1")
            try await bench.register("d2")
            let one = try await bench.admitted(bench.admission("h1")).record
            let two = try await bench.admitted(bench.admission("h2")).record
            _ = try await bench.flush("d1", count: 1, [bench.renewal(one, at: 1)])
            _ = try await bench.flush("d2", count: 1, [bench.renewal(two, at: 1)])
            let first = try await bench.store.observe(after: [:], as: "d1")
            try expectEqual(first.changed.map(\.id), [two.id], "what d1 sees")
            try expectEqual(first.daemons.map(\.id), ["d1", "d2"], "daemons")
            try expectEqual(first.head, try await bench.head(), "head")
            let none = try await bench.store.observe(after: ["d1": 1, "d2": 1], as: "d1")
            try expectEqual(none.changed, [], "what is left")
            _ = try await bench.flush("d2", count: 2, [bench.renewal(one, at: 2)])
            let next = try await bench.store.observe(after: ["d1": 1, "d2": 1], as: "d1")
            try expectEqual(next.changed.map(\.id), [one.id], "what came since")
            try expectEqual(next.changed.first?.reportCount, 2, "its report_count")
        },
        StoreLaw("a flush that commits late is seen by counter, whatever its stamps say") { bench in
            try await bench.register("d1")
            try await bench.register("d2")
            try await bench.register("d3")
            let one = try await bench.admitted(bench.admission("h1")).record
            let two = try await bench.admitted(bench.admission("h2")).record
            _ = try await bench.flush("d3", count: 1, [bench.renewal(two, at: 500)])
            let seen = try await bench.store.observe(after: [:], as: "d1")
            let counts = Dictionary(seen.daemons.map { ($0.id, $0.flushCount) }) { one, _ in one }
            _ = try await bench.flush("d2", count: 1, [bench.renewal(one, at: 1)])
            let late = try await bench.store.observe(after: counts, as: "d1")
            try expectEqual(late.changed.map(\.id), [one.id], "what came late")
        },
        StoreLaw("a flush that is repeated is seen by those who saw the first") { bench in
            try await bench.register("d1")
            try await bench.register("d2")
            let one = try await bench.admitted(bench.admission("h1")).record
            let two = try await bench.admitted(bench.admission("h2")).record
            _ = try await bench.flush("d2", count: 1, [bench.renewal(one, at: 1)])
            let first = try await bench.store.observe(after: [:], as: "d1")
            let counts = Dictionary(first.daemons.map { ($0.id, $0.flushCount) }) { one, _ in one }
            _ = try await bench.flush("d2", count: 1, [bench.renewal(one, at: 1), bench.renewal(two, at: 2)])
            let second = try await bench.store.observe(after: counts, as: "d1")
            try expectEqual(second.changed.map(\.id), [one.id, two.id], "changed")
        },
        StoreLaw("after a flush count went back all of that daemon is shown again") { bench in
            try await bench.register("d1")
            try await bench.register("d2")
            let record = try await bench.admitted(bench.admission()).record
            _ = try await bench.flush("d2", count: 3, [bench.renewal(record, at: 1)])
            let seen = try await bench.store.observe(after: ["d2": 2], as: "d1")
            try expectEqual(seen.changed.map(\.id), [record.id], "changed")
        },
        StoreLaw("an observed heartbeat says of its service what the record does") { bench in
            try await bench.register("d2")
            var admission = bench.admission("h1")
            admission.version = 70
            admission.sequence = 8
            let record = try await bench.admitted(admission).record
            _ = try await bench.flush("d2", count: 1, [bench.renewal(record, at: 1, sequence: 9)])
            let stored = try await bench.record(record.id)
            let seen = try await bench.store.observe(after: [:], as: "d1")
            try expectEqual(seen.changed, [ObservedHeartbeat(stored)], "changed")
            try expectEqual(seen.changed.first?.sequence, 9, "sequence")
            try expectEqual(seen.changed.first?.version, 70, "version")
        },
        StoreLaw("a look shows what others flushed of those services after the counts known, and who is there") {
            bench in
            try await bench.register("d1")
            try await bench.register("d2")
            let one = try await bench.admitted(bench.admission("h1")).record
            let two = try await bench.admitted(bench.admission("h2")).record
            let own = try await bench.admitted(bench.admission("h3")).record
            let ids = [own.id, two.id, 999, one.id]
            _ = try await bench.flush("d2", count: 1, [bench.renewal(one, at: 1)])
            _ = try await bench.flush("d2", count: 2, [bench.renewal(two, at: 1)])
            _ = try await bench.flush("d1", count: 1, [bench.renewal(own, at: 1)])
            let all = try await bench.store.look(at: ids, after: [:], as: "d1")
            try expectEqual(Set(all.changed.map(\.id)), [one.id, two.id], "flushed by others")
            try expectEqual(all.daemons.map(\.flushCount), [1, 2], "counts")
            try expectEqual(all.head, try await bench.head(), "head")
            let since = try await bench.store.look(at: ids, after: ["d2": 1], as: "d1")
            try expectEqual(since.changed.map(\.id), [two.id], "flushed since")
            let some = try await bench.store.look(at: [one.id], after: [:], as: "d1")
            try expectEqual(some.changed.map(\.id), [one.id], "asked for")
            let none = try await bench.store.look(at: [], after: [:], as: "d1")
            try expectEqual(none.changed, [], "asked for nothing")
            try expectEqual(none.daemons.map(\.id), ["d1", "d2"], "daemons")
        },
        StoreLaw("the count of a flush in parts moves with the last of them, and its stamp with each") { bench in
            try await bench.register("d1")
            try await bench.register("d2")
            let one = try await bench.admitted(bench.admission("h1")).record
            let two = try await bench.admitted(bench.admission("h2")).record
            _ = try await bench.flush("d2", count: 4, at: 1)
            _ = try await bench.flush("d2", count: 5, [bench.renewal(one, at: 1)], at: 2, isLast: false)
            let half = try await bench.store.observe(after: ["d2": 4], as: "d1")
            try expectEqual(half.changed, [], "changed after a part")
            try expectEqual(half.daemons.last?.flushCount, 4, "count after a part")
            try expectEqual(half.daemons.last?.lastSeen, bench.time(2), "stamp after a part")
            let looked = try await bench.store.look(at: [one.id], after: ["d2": 4], as: "d1")
            try expectEqual(looked.changed.map(\.id), [one.id], "looked at after a part")
            _ = try await bench.flush("d2", count: 5, [bench.renewal(two, at: 1)], at: 3)
            let whole = try await bench.store.observe(after: ["d2": 4], as: "d1")
            try expectEqual(whole.changed.map(\.id), [one.id, two.id], "changed")
            try expectEqual(whole.daemons.last?.flushCount, 5, "count")
        },
        StoreLaw("records are read by id, deleted ones too, with the incarnations that count") { bench in
            let one = try await bench.admitted(bench.admission("h1")).record
            let two = try await bench.admitted(bench.admission("h2")).record
            _ = try await bench.store.delete(one.uuid, by: nil, at: bench.time(1))
            let read = try await bench.store.records([two.id, 999, one.id, two.id])
            try expectEqual(read.services.map(\.id), [one.id, two.id], "ids")
            try expectEqual(read.services.first?.deletedAt, bench.time(1), "deleted_at")
            try expectEqual(Set(read.incarnations.map(\.serviceID)), [one.id, two.id], "incarnations")
            try expectEqual(try await bench.store.records([]).services, [], "nothing")
        },
        StoreLaw("news of the log comes with the records it is about, as they are now") { bench in
            let one = try await bench.admitted(bench.admission("h1")).record
            let start = try await bench.head().revision
            let two = try await bench.admitted(bench.admission("h2")).record
            _ = try await bench.store.delete(one.uuid, by: nil, at: bench.time(1))
            let news = try await bench.store.news(since: start, limit: 10)
            try expectEqual(news.page.transitions.map(\.kind), [.created, .deleted], "kinds")
            try expectEqual(news.records.services.map(\.id), [one.id, two.id], "records")
            try expectEqual(news.records.services.first?.deletedAt, bench.time(1), "deleted_at")
            let first = try await bench.store.news(since: start, limit: 1)
            try expectEqual(first.records.services.map(\.id), [two.id], "records of one row")
            let none = try await bench.store.news(since: start + 2, limit: 10)
            try expect(none.page.transitions.isEmpty && none.records.services.isEmpty, "there is more")
            try expectEqual(none.page.head, try await bench.head(), "head")
        },
    ]
}
