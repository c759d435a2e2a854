import LivenessCore

extension StoreLaw {
    static let flushes: [StoreLaw] = [
        StoreLaw("a daemon without a row of its own cannot flush") { bench in
            let record = try await bench.admitted(bench.admission()).record
            do throws(StoreError) {
                _ = try await bench.store.flush(
                    HeartbeatFlush(
                        daemon: "stranger",
                        count: 1,
                        at: bench.time(5),
                        renewals: [bench.renewal(record, at: 5)],
                        workers: []
                    )
                )
            } catch {
                return try expectEqual(try await bench.record(record.id), record, "record")
            }
            throw LawBroken(description: "it was let through")
        },
        StoreLaw("a flush renews its rows and moves the daemon's counter") { bench in
            try await bench.register("d1")
            let record = try await bench.admitted(bench.admission()).record
            let result = try await bench.flush("d1", count: 1, [bench.renewal(record, at: 10, beats: 3, sequence: 5)])
            try expectEqual(result.news, [], "news")
            try expectEqual(result.missing, [], "missing")
            let renewed = try await bench.record(record.id)
            try expectEqual(renewed.lastSeenUp, bench.time(10), "last_seen_up")
            try expectEqual(renewed.reportCount, record.reportCount + 3, "report_count")
            try expectEqual(renewed.lastSequence, 5, "sequence")
            try expectEqual(renewed.lastDaemon, "d1", "daemon")
            try expectEqual(renewed.lastFlush, 1, "flush")
            try expectEqual(renewed.edit, record.edit, "edit number")
            try expectEqual(renewed.updatedAt, record.updatedAt, "updated_at")
            let daemon = try require(try await bench.store.daemons().first, "daemon")
            try expectEqual(daemon.flushCount, 1, "flush count")
            try expectEqual(daemon.lastSeen, bench.time(100), "last seen")
            try expectEqual(try await bench.head().revision, 1, "revision")
        },
        StoreLaw("an empty flush still shows that the daemon lives") { bench in
            try await bench.register("d1")
            _ = try await bench.flush("d1", count: 4, [])
            let daemon = try require(try await bench.store.daemons().first, "daemon")
            try expectEqual(daemon.flushCount, 4, "flush count")
            try expectEqual(daemon.lastSeen, bench.time(100), "last seen")
        },
        StoreLaw("a daemon is retired once, and back with its next flush") { bench in
            try await bench.register("d1")
            try await bench.register("d2")
            let first = try require(try await bench.store.retire(daemon: "d1", at: bench.time(3)), "daemon")
            try expectEqual(first.retiredAt, bench.time(3), "retired_at")
            let second = try require(try await bench.store.retire(daemon: "d1", at: bench.time(4)), "daemon")
            try expectEqual(second, first, "row after another order")
            try expectEqual(try await bench.store.retire(daemon: "d9", at: bench.time(4)), nil, "a daemon nobody knows")
            try expectEqual(try await bench.store.daemons().map(\.retiredAt), [bench.time(3), nil], "retired")
            _ = try await bench.flush("d1", count: 4, [])
            try expectEqual(try await bench.store.daemons().map(\.retiredAt), [nil, nil], "retired after a flush")
        },
        StoreLaw("a stamp and a sequence never go back") { bench in
            try await bench.register("d1")
            let record = try await bench.admitted(bench.admission()).record
            _ = try await bench.flush("d1", count: 1, [bench.renewal(record, at: 10, sequence: 5)])
            _ = try await bench.flush("d1", count: 2, [bench.renewal(record, at: 7, sequence: 3)])
            _ = try await bench.flush("d1", count: 3, [bench.renewal(record, at: 8, sequence: nil)])
            let renewed = try await bench.record(record.id)
            try expectEqual(renewed.lastSeenUp, bench.time(10), "last_seen_up")
            try expectEqual(renewed.lastSequence, 5, "sequence")
            try expectEqual(renewed.lastFlush, 3, "flush")
        },
        StoreLaw("rows that were replaced, left, deleted or never there are news") { bench in
            try await bench.register("d1")
            let replaced = try await bench.admitted(bench.admission("replaced")).record
            try await bench.admitted(bench.admission("replaced", incarnation: "b"))
            let left = try await bench.admitted(bench.admission("left")).record
            _ = try await bench.depart("left")
            let deleted = try await bench.admitted(bench.admission("deleted")).record
            _ = try await bench.store.delete(deleted.uuid, by: nil, at: bench.time(1))
            let fine = try await bench.admitted(bench.admission("fine")).record
            let before = try await bench.store.records([replaced.id, left.id, deleted.id]).services
            var renewals = [replaced, left, deleted, fine].map { bench.renewal($0, at: 10) }
            var unknown = bench.renewal(fine, at: 10)
            unknown.serviceID = 4_711
            renewals.append(unknown)
            let result = try await bench.flush("d1", count: 1, renewals)
            try expectEqual(Set(result.news), Set(before), "news")
            try expectEqual(result.missing, [4_711], "missing")
            let tokens = Dictionary(grouping: result.incarnations, by: \.serviceID)
            try expectEqual(tokens[replaced.id]?.map(\.incarnation), ["b"], "incarnation in the news")
            try expectEqual(try await bench.record(fine.id).lastSeenUp, bench.time(10), "the one that is fine")
            try expectEqual(try await bench.store.records(before.map(\.id)).services, before, "rows not touched")
        },
        StoreLaw("a failure reported before a late flush stays reported") { bench in
            try await bench.register("d1")
            let record = try await bench.admitted(bench.admission()).record
            _ = try await bench.depart(manner: .failed(message: "x"), at: 5)
            _ = try await bench.flush("d1", count: 1, [bench.renewal(record, at: 4)])
            try expectEqual(try await bench.record(record.id).failure?.message, "x", "failure")
        },
        StoreLaw("a service without incarnations is renewed under the token 0") { bench in
            try await bench.register("d1")
            let record = try await bench.admitted(bench.admission(incarnation: nil)).record
            let result = try await bench.flush("d1", count: 1, [bench.renewal(record, at: 10)])
            try expectEqual(result.news, [], "news")
            try expectEqual(try await bench.record(record.id).lastSeenUp, bench.time(10), "last_seen_up")
        },
        StoreLaw("workers are renewed beside their service, and one that is not current is news") { bench in
            try await bench.register("d1")
            try await bench.admitted(bench.admission(worker: "1", incarnation: "a"))
            let record = try await bench.admitted(bench.admission(worker: "2", incarnation: "b")).record
            _ = try await bench.depart(worker: "2", incarnation: "b", at: 1)
            let beats = [("1", Int64(1)), ("2", Int64(2))].map {
                WorkerRenewal(
                    serviceID: record.id,
                    worker: $0.0,
                    number: $0.1,
                    lastSeenUp: bench.time(10),
                    sequence: 8
                )
            }
            let result = try await bench.flush("d1", count: 1, [bench.renewal(record, at: 10)], workers: beats)
            try expectEqual(result.news.map(\.id), [record.id], "news")
            let stored = try await bench.everything().incarnations
            try expectEqual(stored.first { $0.worker == "1" }?.lastSeenUp, bench.time(10), "stamp of the living")
            try expectEqual(stored.first { $0.worker == "1" }?.lastSequence, 8, "sequence of the living")
            try expectEqual(stored.first { $0.worker == "2" }?.lastSeenUp, bench.time(0), "stamp of the one that left")
        },
        StoreLaw("a daemon's own row is what it wrote, but for its flush count, which only flushes move") { bench in
            try await bench.register("d1")
            _ = try await bench.flush("d1", count: 9, [])
            var row = bench.daemon("d1")
            row.release = 7
            row.flushCount = 12
            row.leftAt = bench.time(50)
            try await bench.store.write(row)
            row.flushCount = 9
            let stored = try await bench.store.daemons()
            // The phase is the one that the transaction wrote for.
            row.phaseSeen = stored.first?.phaseSeen ?? ""
            try expectEqual(stored, [row], "daemons")
        },
    ]
}

extension StoreBench {
    func daemon(_ id: String) -> DaemonRecord {
        DaemonRecord(
            id: id,
            incarnation: "i",
            host: "host-of-\(id)",
            release: 1,
            schemaRange: 1...1,
            phaseSeen: "new",
            flushCount: 0,
            settingsDigest: "s",
            lastSeen: time(0)
        )
    }

    func register(_ id: String) async throws {
        try await store.write(daemon(id))
    }

    func renewal(
        _ record: ServiceRecord,
        at seconds: Double,
        beats: Int32 = 1,
        sequence: UInt64? = nil
    ) -> HeartbeatRenewal {
        HeartbeatRenewal(
            serviceID: record.id,
            service: 0,
            incarnationNumber: record.incarnationNumber,
            lastSeenUp: time(seconds),
            beats: beats,
            sequence: sequence
        )
    }

    func flush(
        _ daemon: String,
        count: Int64,
        _ renewals: [HeartbeatRenewal] = [],
        workers: [WorkerRenewal] = [],
        at seconds: Double = 100,
        isLast: Bool = true
    ) async throws -> FlushResult {
        try await store.flush(
            HeartbeatFlush(
                daemon: daemon,
                count: count,
                at: time(seconds),
                renewals: renewals,
                workers: workers,
                isLast: isLast
            )
        )
    }
}
