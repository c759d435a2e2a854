import LivenessCore

extension StoreLaw {
    static let deletions: [StoreLaw] = [
        StoreLaw("a deleted record is gone once, and its history stays") { bench in
            let record = try await bench.admitted(bench.admission()).record
            let gone = try require(
                try await bench.store.delete(record.uuid, by: "op", at: bench.time(1)),
                "deletion"
            )
            try expectEqual(gone.value.deletedAt, bench.time(1), "deleted_at")
            try expectEqual(gone.transitions.map(\.kind), [.deleted], "rows")
            try expectEqual(gone.transitions.first?.from, .up, "state it had")
            let again = try await bench.store.delete(record.uuid, by: "op", at: bench.time(2))
            try expectEqual(again, nil, "a second deletion")
            try expectEqual(
                try await bench.store.history(of: record.uuid, limit: 9).map(\.kind),
                [.deleted, .created],
                "history"
            )
            try expectEqual(try await bench.record(record.id).deletedAt, bench.time(1), "deleted_at on a look")
        },
        StoreLaw("a zombie of a deleted record stays refused, and a new incarnation makes a new record") { bench in
            try await bench.admitted(bench.admission(incarnation: "a"))
            let old = try await bench.admitted(bench.admission(incarnation: "b"), at: 1)
            _ = try await bench.store.delete(old.record.uuid, by: nil, at: bench.time(2))
            try await bench.rejected(bench.admission(incarnation: "b"), .serviceDeleted, at: 3)
            try await bench.rejected(bench.admission(incarnation: "a"), .serviceDeleted, at: 3)

            let new = try await bench.admitted(bench.admission(incarnation: "c"), at: 4)
            try expect(new.record.uuid != old.record.uuid, "the identity came back")
            try expect(new.record.id != old.record.id, "the id came back")
            try expectEqual(new.incarnation.number, old.incarnation.number + 1, "token")
            try expectEqual(new.transitions.map(\.kind), [.created], "rows")
            try await bench.rejected(bench.admission(incarnation: "b"), .serviceDeleted, at: 5)
            try expectEqual(try await bench.depart(incarnation: "b", at: 6), .notCurrent, "its leave")
        },
        StoreLaw("without incarnations a deleted service comes back only when it registers") { bench in
            let old = try await bench.admitted(bench.admission(incarnation: nil))
            _ = try await bench.store.delete(old.record.uuid, by: nil, at: bench.time(1))
            var admission = bench.admission(incarnation: nil)
            try await bench.rejected(admission, .serviceDeleted, at: 2)
            admission.register = true
            let new = try await bench.admitted(admission, at: 3)
            try expect(new.record.id != old.record.id, "the id came back")
        },
        StoreLaw("to register is not enough for an incarnation that was known at the deletion") { bench in
            let old = try await bench.admitted(bench.admission(incarnation: "a"))
            _ = try await bench.store.delete(old.record.uuid, by: nil, at: bench.time(1))
            var admission = bench.admission(incarnation: "a")
            admission.register = true
            try await bench.rejected(admission, .serviceDeleted, at: 2)
        },
        StoreLaw("a deletion is remembered for a day, its token for ever") { bench in
            let old = try await bench.admitted(bench.admission(incarnation: "a"))
            _ = try await bench.store.delete(old.record.uuid, by: nil, at: bench.time(0))
            let day: Double = 24 * 3600
            try await bench.rejected(bench.admission(incarnation: "a"), .serviceDeleted, at: day - 1)
            let new = try await bench.admitted(bench.admission(incarnation: "a"), at: day + 1)
            try expectEqual(new.incarnation.number, old.incarnation.number + 1, "token")
        },
        StoreLaw("the same name can be deleted and made again many times") { bench in
            for round in 0..<4 {
                let made = try await bench.admitted(bench.admission(incarnation: "i\(round)"), at: Double(round))
                try expectEqual(made.incarnation.number, Int64(round + 1), "token")
                _ = try await bench.store.delete(made.record.uuid, by: nil, at: bench.time(Double(round)))
            }
            let content = try await bench.everything()
            try expectEqual(content.services.count, 4, "records")
            try expectEqual(content.services.filter { $0.deletedAt == nil }.count, 0, "records that live")
        },
    ]
}
