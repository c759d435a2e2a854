import LivenessCore

extension StoreLaw {
    static let brakes: [StoreLaw] = [
        StoreLaw("of two who engage a brake the first is answered to both, with one row in the log") { bench in
            let record = try await bench.admitted(bench.admission("d1", binary: "rollcalld")).record
            let first = bench.brake("compute/nova", by: "d1", at: 1)
            let one = try await bench.engage(first, record)
            let two = try await bench.engage(bench.brake("compute/nova", by: "d2", at: 2), record)
            let other = try await bench.engage(bench.brake("compute/far", by: "d2", at: 3), record)
            try expectEqual(one.value, first, "first")
            try expectEqual(one.transitions.map(\.revision), [2], "rows of the first")
            try expectEqual(one.transitions.first?.kind, .daemon, "kind")
            try expectEqual(one.transitions.first?.reason, "brake_engaged", "reason")
            try expectEqual(two.value, first, "second")
            try expectEqual(two.transitions, [], "rows of the second")
            try expectEqual(other.value.engagedBy, "d2", "other scope")
            try expectEqual(try await bench.head().revision, 3, "head")
            try expectEqual(try await bench.store.brakes(limit: 9).map(\.scope.text), ["compute/nova", "compute/far"])
        },
        StoreLaw("a brake is released once, and may engage again") { bench in
            let record = try await bench.admitted(bench.admission("d1", binary: "rollcalld")).record
            let first = try await bench.engage(bench.brake("fleet", by: "d1", at: 1), record).value
            let later = bench.brake("fleet", by: "d1", at: 9)
            let other = BrakeRelease(later, by: "recovered", at: bench.time(5))
            try expectEqual(try await bench.release(other, record), nil, "release of another engagement")
            let meant = BrakeRelease(first, by: "recovered", at: bench.time(5))
            let released = try require(try await bench.release(meant, record), "released brake")
            try expectEqual(released.value.releasedAt, bench.time(5), "released at")
            try expectEqual(released.value.releasedBy, "recovered", "released by")
            try expectEqual(released.transitions.map(\.reason), ["brake_released"], "rows")
            try expectEqual(try await bench.release(meant, record), nil, "second release")
            let second = try await bench.engage(bench.brake("fleet", by: "d2", at: 6), record).value
            let next = BrakeRelease(second, by: "operator", at: bench.time(7))
            try expectEqual(try await bench.release(next, record)?.value.engagedBy, "d2", "the next engagement")
            try await bench.engage(bench.brake("fleet", by: "d3", at: 8), record)
            let brakes = try await bench.store.brakes(limit: 2)
            try expectEqual(brakes.map(\.engagedBy), ["d3", "d2"], "those that hold, then the one released last")
        },
        StoreLaw("whoever looks or starts sees the brakes that hold, and no others") { bench in
            try await bench.register("d1")
            let record = try await bench.admitted(bench.admission("d1", binary: "rollcalld")).record
            let held = bench.brake("compute/nova", by: "d1", at: 1)
            try await bench.engage(held, record)
            let over = try await bench.engage(bench.brake("fleet", by: "d1", at: 2), record).value
            _ = try await bench.release(BrakeRelease(over, by: "x", at: bench.time(3)), record)
            try expectEqual(try await bench.store.observe(after: [:], as: "d2").brakes, [held], "observed")
            try expectEqual(try await bench.store.look(at: [], after: [:], as: "d2").brakes, [held], "looked at")
            let head = try await bench.store.load(since: bench.time(0)) { _ in }
            try expectEqual(head.brakes, [held], "loaded")
        },
        StoreLaw("brakes released long ago are removed, those that hold are not") { bench in
            let record = try await bench.admitted(bench.admission("d1", binary: "rollcalld"), at: 20).record
            let over = try await bench.engage(bench.brake("a/z", by: "d1", at: 21), record).value
            _ = try await bench.release(BrakeRelease(over, by: "x", at: bench.time(3)), record)
            try await bench.engage(bench.brake("b/z", by: "d1", at: 1), record)
            let limits = RetentionLimits(transitionsBefore: bench.time(4), perService: 9, forgotten: bench.time(0))
            try expectEqual(try await bench.store.prune(limits, limit: 9), 1, "removed")
            try expectEqual(try await bench.store.brakes(limit: 9).map(\.scope.text), ["b/z"], "kept")
        },
    ]
}

extension StoreBench {
    func brake(_ scope: String, by daemon: String, at seconds: Double) -> BrakeRecord {
        BrakeRecord(
            scope: BrakeScope(text: scope),
            engagedAt: time(seconds),
            engagedBy: daemon,
            members: 1_000,
            silent: 600
        )
    }

    @discardableResult
    func engage(_ brake: BrakeRecord, _ record: ServiceRecord) async throws -> Recorded<BrakeRecord> {
        try await store.engage(brake, event(.brakeEngaged, record))
    }

    func release(_ release: BrakeRelease, _ record: ServiceRecord) async throws -> Recorded<BrakeRecord>? {
        try await store.release(release, event(.brakeReleased, record))
    }

    /// An event of the daemon whose record that is, long after all else.
    func event(_ kind: DaemonEvent.Kind, _ record: ServiceRecord) -> DaemonEvent {
        DaemonEvent(
            kind: kind,
            daemon: "d1",
            host: record.host,
            uuid: record.uuid,
            topic: "t",
            zone: "z",
            at: time(30)
        )
    }
}
