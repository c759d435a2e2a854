import LivenessCore

extension StoreLaw {
    static let foldings: [StoreLaw] = [
        StoreLaw("old rows of a service that flaps are folded, and nobody else's nor other kinds of rows") { bench in
            var busy = try await bench.admitted(bench.admission("busy")).record
            var calm = try await bench.admitted(bench.admission("calm")).record
            for second in 1...8 {
                busy = try await bench.flipped(busy, at: Double(second))
                if second == 4 {
                    var edit = RecordEdit(uuid: busy.uuid)
                    edit.isDisabled = true
                    _ = try await bench.store.edit(edit, at: bench.time(4))
                    busy = try await bench.record(busy.id)
                }
            }
            for second in 1...3 { calm = try await bench.flipped(calm, at: Double(second) * 100) }
            let folding = FlapFolding(limit: 2, window: .seconds(60), before: bench.time(8))
            let progress = try await bench.store.fold(folding, since: 0, limit: 99)
            guard bench.fixture.folds else { return try expectEqual(progress.through, 0, "looked") }
            // Of seconds 1 to 7 the first is kept, and the last two; the eighth is too young.
            try expectEqual(progress.removed, 4, "removed")
            try expectEqual(progress.isUnfinished, false, "unfinished")
            let rows = try await bench.store.history(of: busy.uuid, limit: 99).reversed()
            let states = rows.filter { $0.kind == .state }
            try expectEqual(states.map(\.at), [1, 6, 7, 8].map(bench.time), "changes of the one that flaps")
            try expectEqual(states.map(\.folded), [0, 4, 0, 0], "folded")
            try expectEqual(rows.filter { $0.kind != .state }.map(\.kind), [.created, .updated], "other rows")
            try expectEqual(try await bench.store.history(of: calm.uuid, limit: 99).count, 4, "rows of the calm one")
            let again = try await bench.store.fold(folding, since: progress.through, limit: 99)
            try expectEqual(again.removed, 0, "removed again")
        },
        StoreLaw("a folding goes through the log in stretches, and stops where nothing is old") { bench in
            var records: [ServiceRecord] = []
            for number in 0..<3 { records.append(try await bench.admitted(bench.admission("h\(number)")).record) }
            for second in 1...6 {
                for number in records.indices {
                    records[number] = try await bench.flipped(records[number], at: Double(second))
                }
            }
            let folding = FlapFolding(limit: 1, window: .seconds(60), before: bench.time(5))
            var position: Int64 = 0
            var removed = 0
            var calls = 0
            while true {
                let progress = try await bench.store.fold(folding, since: position, limit: 4)
                try expect(progress.through >= position, "it went back")
                position = progress.through
                removed += progress.removed
                calls += 1
                guard progress.isUnfinished else { break }
                try expect(calls < 20, "it does not end")
            }
            guard bench.fixture.folds else { return try expectEqual(removed, 0, "removed") }
            // Of seconds 1 to 4 of each the first and the last are kept.
            try expectEqual(removed, 6, "removed")
            let left = try await bench.store.transitions(since: 0, limit: 99).transitions.filter { $0.kind == .state }
            try expectEqual(left.count, 12, "left")
            try expectEqual(left.map(\.folded).reduce(0, +), 6, "folded")
        },
        StoreLaw("a service that changes every second for minutes leaves a handful of old rows") { bench in
            var record = try await bench.admitted(bench.admission("h1")).record
            var position: Int64 = 0
            var most = 0
            for second in 1...600 {
                record = try await bench.flipped(record, at: Double(second))
                guard second % 20 == 0 else { continue }
                let folding = FlapFolding(limit: 6, window: .seconds(60), before: bench.time(Double(second) - 60))
                position = try await bench.store.fold(folding, since: position, limit: 10_000).through
                most = max(most, try await bench.store.history(of: record.uuid, limit: .max).count)
            }
            guard bench.fixture.folds else { return }
            try expect(most < 100, "there were \(most) rows")
            let states = try await bench.store.history(of: record.uuid, limit: .max).filter { $0.kind == .state }
            try expectEqual(states.reduce(0) { $0 + 1 + $1.folded }, 600, "changes")
        },
    ]
}

extension StoreBench {
    /// Records that a service is another than it was.
    func flipped(_ record: ServiceRecord, at second: Double) async throws -> ServiceRecord {
        let isUp = record.recorded.state == .up
        let change = StateChange(
            serviceID: record.id,
            judgedRevision: record.recorded.revision,
            verdict: isUp ? Verdict(.down, .heartbeatMissed) : Verdict(.up, .heartbeat),
            at: time(second)
        )
        _ = try await store.record([change], at: time(second))
        return try await self.record(record.id)
    }
}
