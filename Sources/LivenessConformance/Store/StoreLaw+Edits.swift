import LivenessCore

extension StoreLaw {
    static let edits: [StoreLaw] = [
        StoreLaw("an edit raises the edit number and writes one row; the state stays") { bench in
            let old = try await bench.admitted(bench.admission()).record
            var edit = RecordEdit(uuid: old.uuid)
            edit.isDisabled = true
            edit.disabledReason = .some("disk")
            let (new, rows) = try await bench.edited(edit, at: 1)
            try expectEqual(new.isDisabled, true, "disabled")
            try expectEqual(new.disabledReason, "disk", "reason")
            try expectEqual(new.edit, old.edit + 1, "edit number")
            try expectEqual(new.updatedAt, bench.time(1), "updated_at")
            try expectEqual(new.recorded, old.recorded, "recorded state")
            try expectEqual(new.lastSeenUp, old.lastSeenUp, "last_seen_up")
            try expectEqual(rows.map(\.kind), [.updated], "rows")
            try expectEqual(rows.first?.reason, "status disabled_reason", "fields in the row")
            try expectEqual(try await bench.record(old.id), new, "stored record")
        },
        StoreLaw("an edit that changes nothing writes nothing") { bench in
            let old = try await bench.admitted(bench.admission()).record
            var edit = RecordEdit(uuid: old.uuid)
            edit.isDisabled = false
            edit.forcedDown = false
            edit.zone = .some(nil)
            let head = try await bench.head()
            let (new, rows) = try await bench.edited(edit, at: 1)
            try expectEqual(new, old, "record")
            try expectEqual(rows, [], "rows")
            try expectEqual(try await bench.head(), head, "head of the log")
        },
        StoreLaw("enabling clears the disabled reason, and a reason for an enabled service is refused") { bench in
            let uuid = try await bench.admitted(bench.admission()).record.uuid
            var edit = RecordEdit(uuid: uuid)
            edit.disabledReason = .some("why")
            try await bench.contradiction(edit, in: "disabled_reason")
            edit.isDisabled = true
            _ = try await bench.edited(edit, at: 1)
            var enabling = RecordEdit(uuid: uuid)
            enabling.isDisabled = false
            try expectEqual(try await bench.edited(enabling, at: 2).record.disabledReason, nil, "reason")
            enabling.disabledReason = .some("why")
            try await bench.contradiction(enabling, in: "disabled_reason")
        },
        StoreLaw("a forced down has a reason, an author, a time and an end, which all go when it is lifted") { bench in
            let uuid = try await bench.admitted(bench.admission()).record.uuid
            var edit = RecordEdit(uuid: uuid)
            edit.forcedDown = true
            edit.forcedDownReason = .some("fire")
            edit.forcedDownUntil = .some(bench.time(900))
            edit.by = "op"
            let forced = try await bench.edited(edit, at: 1).record.forcedDown
            try expectEqual(
                forced,
                ForcedDown(reason: "fire", by: "op", at: bench.time(1), until: bench.time(900)),
                "forced down"
            )
            var longer = RecordEdit(uuid: uuid)
            longer.forcedDownUntil = .some(nil)
            longer.by = "other"
            let lasting = try await bench.edited(longer, at: 2).record.forcedDown
            try expectEqual(
                lasting,
                ForcedDown(reason: "fire", by: "op", at: bench.time(1), until: nil),
                "forced down without an end"
            )
            var lifting = RecordEdit(uuid: uuid)
            lifting.forcedDown = false
            try expectEqual(try await bench.edited(lifting, at: 3).record.forcedDown, nil, "forced down, lifted")
        },
        StoreLaw("a reason or an end of a forced down that is not there is refused") { bench in
            let uuid = try await bench.admitted(bench.admission()).record.uuid
            var edit = RecordEdit(uuid: uuid)
            edit.forcedDownReason = .some("why")
            try await bench.contradiction(edit, in: "forced_down_reason")
            edit.forcedDownReason = nil
            edit.forcedDownUntil = .some(bench.time(9))
            try await bench.contradiction(edit, in: "forced_down_until")
        },
        StoreLaw("a contradiction changes nothing, not even the part that is right") { bench in
            let uuid = try await bench.admitted(bench.admission()).record.uuid
            let before = try await bench.everything()
            var edit = RecordEdit(uuid: uuid)
            edit.isDisabled = true
            edit.forcedDownReason = .some("why")
            try await bench.contradiction(edit, in: "forced_down_reason")
            try expectEqual(try await bench.everything(), before, "content")
        },
        StoreLaw("an edit of another edit number is a conflict; heartbeats do not move that number") { bench in
            let old = try await bench.admitted(bench.admission()).record
            try await bench.admitted(bench.admission(), at: 1)
            var edit = RecordEdit(uuid: old.uuid)
            edit.expectedEdit = old.edit
            edit.isDisabled = true
            let new = try await bench.edited(edit, at: 2).record
            let result = try await bench.store.edit(edit, at: bench.time(3))
            try expectEqual(result, .conflict(new), "answer")
            edit.uuid = bench.uuid()
            try expectEqual(try await bench.store.edit(edit, at: bench.time(3)), .notFound, "answer for nobody")
        },
        StoreLaw("a forced down ends on the database's clock, once, with a row") { bench in
            let now = try await bench.fixture.databaseNow()
            let over = try await bench.forced("h1", until: now - .seconds(1))
            let standing = try await bench.forced("h2", until: now + .seconds(3600))
            let lasting = try await bench.forced("h3", until: nil)
            let before = try await bench.record(over)
            let expired = try await bench.store.expireForcedDowns(at: bench.time(9))
            try expectEqual(expired.map(\.value.id), [over], "records")
            try expectEqual(expired.first?.value.forcedDown, nil, "forced down")
            try expectEqual(expired.first?.value.edit, before.edit + 1, "edit number")
            try expectEqual(expired.first?.transitions.map(\.kind), [.updated], "rows")
            try expectEqual(try await bench.store.expireForcedDowns(at: bench.time(10)), [], "a second time")
            try expectEqual(try await bench.record(over).forcedDown, nil, "stored forced down")
            try expect(try await bench.record(standing).forcedDown != nil, "one ended before its time")
            try expect(try await bench.record(lasting).forcedDown != nil, "one without an end ended")
        },
    ]
}

extension StoreBench {
    func edited(
        _ edit: RecordEdit,
        at seconds: Double,
        line: UInt = #line
    ) async throws -> (record: ServiceRecord, transitions: [Transition]) {
        let result = try await store.edit(edit, at: time(seconds))
        guard case .edited(let record, let transitions) = result else {
            throw LawBroken(description: "line \(line): \(result) instead of edited")
        }
        return (record, transitions)
    }

    func contradiction(_ edit: RecordEdit, in field: String, line: UInt = #line) async throws {
        let result = try await store.edit(edit, at: time(1))
        guard case .contradiction(field, _) = result else {
            throw LawBroken(description: "line \(line): \(result) instead of a contradiction in \(field)")
        }
    }

    /// Makes a service and forces it down; answers its id.
    func forced(_ host: String, until: Timestamp?) async throws -> Int64 {
        let record = try await admitted(admission(host)).record
        var edit = RecordEdit(uuid: record.uuid)
        edit.forcedDown = true
        edit.forcedDownUntil = .some(until)
        return try await edited(edit, at: 1).record.id
    }
}
