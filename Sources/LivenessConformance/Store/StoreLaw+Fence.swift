import LivenessCore

extension StoreLaw {
    static let fences: [StoreLaw] = WritingCall.allCases.map { call in
        StoreLaw("once the fence was raised, \(call.rawValue) is refused and changes nothing") { bench in
            try await bench.register("d1")
            var record = try await bench.admitted(bench.admission()).record
            for _ in 0..<3 { record = try await bench.flipped(record, at: 1) }
            let now = try await bench.fixture.databaseNow()
            _ = try await bench.forced("h2", until: now - .seconds(1))
            try await bench.engage(bench.brake("fleet", by: "d1", at: 1), record)
            if call == .fold, !bench.fixture.folds { return }
            let before = try await bench.everything()
            try await bench.fixture.raiseMinimumRelease(to: 1_000)
            do throws(StoreError) {
                try await call.run(bench, record)
            } catch {
                try expectEqual(error.code, .fenced, "error")
                try expect(error.message.contains("1000"), "\"\(error.message)\" does not name the release needed")
                return try expectEqual(try await bench.everything(), before, "content")
            }
            throw LawBroken(description: "\(call.rawValue) was let through")
        }
    }
}

/// Every call that writes.
///
/// One that is missing here is missing its law.
private enum WritingCall: String, CaseIterable {
    case admit
    case depart
    case create
    case edit
    case delete
    case expire
    case record
    case recordEvent = "record an event"
    case engage
    case release
    case write
    case retire
    case flush
    case prune
    case fold
    case keep

    func run(_ bench: StoreBench, _ record: ServiceRecord) async throws(StoreError) {
        let store = bench.store
        let at = bench.time(5)
        switch self {
        case .admit: _ = try await store.admit([bench.admission("h9")], at: at)
        case .depart:
            _ = try await store.depart(
                [Departure(name: record.name, worker: "", incarnation: "a", manner: .left)],
                at: at
            )
        case .create:
            let draft = ServiceDraft(uuid: bench.uuid(), name: ServiceName(host: "h9", binary: "b"))
            _ = try await store.create(draft, at: at)
        case .edit:
            var edit = RecordEdit(uuid: record.uuid)
            edit.isDisabled = true
            _ = try await store.edit(edit, at: at)
        case .delete: _ = try await store.delete(record.uuid, by: nil, at: at)
        case .expire: _ = try await store.expireForcedDowns(at: at)
        case .record: _ = try await store.record([bench.missed(record)], at: at)
        case .recordEvent:
            _ = try await store.record(bench.event(.degraded, record))
        case .engage:
            _ = try await store.engage(bench.brake("t/z", by: "d1", at: 5), bench.event(.brakeEngaged, record))
        case .release:
            let release = BrakeRelease(bench.brake("fleet", by: "d1", at: 1), by: "x", at: at)
            _ = try await store.release(release, bench.event(.brakeReleased, record))
        case .write: try await store.write(bench.daemon("d9"))
        case .retire: _ = try await store.retire(daemon: "d1", at: at)
        case .flush:
            _ = try await store.flush(
                HeartbeatFlush(
                    daemon: "d1",
                    count: 5,
                    at: at,
                    renewals: [bench.renewal(record, at: 5)],
                    workers: []
                )
            )
        case .fold:
            let folding = FlapFolding(limit: 1, window: .seconds(60), before: bench.time(9))
            _ = try await store.fold(folding, since: 0, limit: 9)
        case .keep: try await store.keep(bench.stretch("d1", from: 0, to: 5))
        case .prune:
            _ = try await store.prune(
                RetentionLimits(transitionsBefore: bench.time(9), perService: 0, forgotten: bench.time(9)),
                limit: 9
            )
        }
    }
}
