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
            try expectEqual(next.changed.first?.lastSeenUp, bench.time(2), "its stamp")
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
        StoreLaw("a look shows rows as they are, deleted ones too, in the order asked, and none that never were") {
            bench in
            let one = try await bench.admitted(bench.admission("h1")).record
            let two = try await bench.admitted(bench.admission("h2")).record
            _ = try await bench.store.delete(one.uuid, by: nil, at: bench.time(1))
            let rows = try await bench.store.look(at: [two.id, 999, one.id])
            try expectEqual(rows.map(\.id), [two.id, one.id], "ids")
            try expectEqual(rows.last?.deletedAt, bench.time(1), "deleted_at")
            try expectEqual(try await bench.store.look(at: []), [], "nothing")
        },
    ]
}
