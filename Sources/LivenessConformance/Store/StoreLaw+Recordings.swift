import LivenessCore

extension StoreLaw {
    static let recordings: [StoreLaw] = [
        StoreLaw("a change is recorded once, with the service, and the log has no gaps") { bench in
            let one = try await bench.admitted(bench.admission("h1")).record
            let two = try await bench.admitted(bench.admission("h2")).record
            let gone = try await bench.admitted(bench.admission("h3")).record
            _ = try await bench.store.delete(gone.uuid, by: nil, at: bench.time(1))
            let results = try await bench.store.record(
                [
                    bench.missed(one), bench.missed(one, judged: 99), bench.missed(gone), bench.missed(9_999),
                    bench.missed(two),
                ],
                at: bench.time(2)
            )
            guard results.count == 5, case .recorded(let first) = results[0],
                case .superseded(let current?) = results[1], case .superseded(nil) = results[2],
                case .superseded(nil) = results[3], case .recorded(let last) = results[4]
            else { throw LawBroken(description: "\(results)") }
            try expectEqual([first.revision, last.revision], [5, 6], "revisions")
            try expectEqual(current.recorded.revision, 5, "revision of the one that was first")
            try expectEqual(first.from, .up, "from")
            try expectEqual(first.to, .down, "to")
            try expectEqual(first.reason, "heartbeat_missed", "reason")
            let stored = try await bench.record(one.id).recorded
            try expectEqual(stored.state, .down, "state")
            try expectEqual(stored.reason, .heartbeatMissed, "stored reason")
            try expectEqual(stored.since, bench.time(2), "since")
            try expectEqual(stored.revision, 5, "stored revision")
            let page = try await bench.store.transitions(since: 0, limit: 99)
            try expectEqual(page.transitions.map(\.revision), Array(1...6), "log")
            try expectEqual(page.head.revision, 6, "head")
        },
        StoreLaw("of two changes of one service in a batch the second must know the first") { bench in
            let record = try await bench.admitted(bench.admission()).record
            let down = bench.missed(record)
            var up = StateChange(
                serviceID: record.id,
                judgedRevision: record.recorded.revision + 1,
                verdict: Verdict(.unknown, .massFailure, lastState: .down),
                at: bench.time(3)
            )
            let results = try await bench.store.record([down, down, up], at: bench.time(3))
            guard case .recorded = results[0], case .superseded = results[1], case .recorded(let row) = results[2]
            else { throw LawBroken(description: "\(results)") }
            try expectEqual(row.from, .down, "from")
            try expectEqual(row.to, .unknown, "to")
            let recorded = try await bench.record(record.id).recorded
            try expectEqual(recorded.lastState, .down, "last state")
            up.judgedRevision = recorded.revision
            try expectEqual(try await bench.store.record([], at: bench.time(4)), [], "answers to nothing")
        },
        StoreLaw("recording touches nothing of the record but its state") { bench in
            let old = try await bench.admitted(bench.admission()).record
            _ = try await bench.store.record([bench.missed(old)], at: bench.time(2))
            var new = try await bench.record(old.id)
            new.recorded = old.recorded
            try expectEqual(new, old, "record")
        },
        StoreLaw("a daemon's event is one row of the same log") { bench in
            let record = try await bench.admitted(bench.admission("d", binary: "rollcalld")).record
            let event = DaemonEvent(
                kind: .degraded,
                daemon: "d",
                host: "d",
                uuid: record.uuid,
                topic: "rollcalld",
                zone: "internal",
                at: bench.time(3)
            )
            let row = try await bench.store.record(event)
            try expectEqual(row.revision, 2, "revision")
            try expectEqual(row.kind, .daemon, "kind")
            try expectEqual(row.reason, "degraded", "reason")
            try expectEqual(try await bench.store.history(of: record.uuid, limit: 1), [row], "history")
        },
        StoreLaw("the log is read in pages after a revision, a history backwards") { bench in
            var record = try await bench.admitted(bench.admission()).record
            for round in 1...6 {
                var change = bench.missed(record)
                if round % 2 == 0 { change.verdict = Verdict(.up, .heartbeat) }
                change.at = bench.time(Double(round))
                _ = try await bench.store.record([change], at: bench.time(Double(round)))
                record = try await bench.record(record.id)
            }
            let page = try await bench.store.transitions(since: 2, limit: 3)
            try expectEqual(page.transitions.map(\.revision), [3, 4, 5], "page")
            try expectEqual(page.head.revision, 7, "head")
            try expectEqual(page.head.oldest, 1, "oldest")
            let end = try await bench.store.transitions(since: 7, limit: 3)
            try expectEqual(end.transitions, [], "page at the end")
            let history = try await bench.store.history(of: record.uuid, limit: 2)
            try expectEqual(history.map(\.revision), [7, 6], "history")
            try expectEqual(try await bench.store.history(of: bench.uuid(), limit: 2), [], "nobody's history")
        },
    ]
}

extension StoreBench {
    /// A missed heartbeat of that record, as it was judged.
    func missed(_ record: ServiceRecord, judged revision: Int64? = nil) -> StateChange {
        StateChange(
            serviceID: record.id,
            judgedRevision: revision ?? record.recorded.revision,
            verdict: Verdict(.down, .heartbeatMissed),
            at: time(2)
        )
    }

    func missed(_ id: Int64) -> StateChange {
        StateChange(serviceID: id, judgedRevision: 0, verdict: Verdict(.down, .heartbeatMissed), at: time(2))
    }
}
