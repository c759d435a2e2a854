import LivenessCore

// The times in these laws are meant with the down time that a store has by default: 60 s.

extension StoreLaw {
    static let workers: [StoreLaw] = [
        StoreLaw("workers have incarnations of their own, and tokens that are the service's") { bench in
            let one = try await bench.admitted(bench.admission(worker: "1", incarnation: "a"))
            let two = try await bench.admitted(bench.admission(worker: "2", incarnation: "b"), at: 1)
            try expectEqual(two.record.id, one.record.id, "record")
            try expectEqual([one.incarnation.number, two.incarnation.number], [1, 2], "tokens")
            try expectEqual(two.record.incarnationNumber, 2, "token of the record")
            let again = try await bench.admitted(bench.admission(worker: "1", incarnation: "c"), at: 2)
            try expectEqual(again.incarnation.number, 3, "token after a restart")
            try expectEqual(again.record.incarnationNumber, 3, "token of the record")
            try await bench.rejected(bench.admission(worker: "1", incarnation: "a"), .staleIncarnation, at: 3)
            try await bench.admitted(bench.admission(worker: "2", incarnation: "b"), at: 4)
        },
        StoreLaw("the log tells that a worker joined, and nothing of one that comes again") { bench in
            let one = try await bench.admitted(bench.admission(worker: "1", incarnation: "a"))
            let two = try await bench.admitted(bench.admission(worker: "2", incarnation: "b"), at: 1)
            let again = try await bench.admitted(bench.admission(worker: "2", incarnation: "c"), at: 2)
            try expectEqual(again.transitions, [], "rows for a new incarnation")
            try expectEqual(two.transitions.map(\.kind), [.updated], "rows for a new worker")
            try expectEqual(two.transitions.map(\.reason), ["workers"], "what was updated")
            let log = try await bench.store.transitions(since: 0, limit: 10).transitions
            try expectEqual(log, one.transitions + two.transitions, "log")
        },
        StoreLaw("a service has left once all its workers have") { bench in
            try await bench.admitted(bench.admission(worker: "1", incarnation: "a"))
            try await bench.admitted(bench.admission(worker: "2", incarnation: "b"))
            let first = try bench.departed(try await bench.depart(worker: "1", incarnation: "a", at: 1))
            try expectEqual(first.record.leftAt, nil, "left_at while one lives")
            try expectEqual(first.incarnation.leftAt, bench.time(1), "left_at of the worker")
            try await bench.rejected(bench.admission(worker: "1", incarnation: "a"), .left, at: 2)
            let last = try bench.departed(try await bench.depart(worker: "2", incarnation: "b", at: 3))
            try expectEqual(last.record.leftAt, bench.time(3), "left_at")
        },
        StoreLaw("a service has failed once all its workers that have not left failed") { bench in
            try await bench.admitted(bench.admission(worker: "1", incarnation: "a"))
            try await bench.admitted(bench.admission(worker: "2", incarnation: "b"))
            let failed = Departure.Manner.failed(message: "exit 1")
            let one = try await bench.depart(worker: "1", incarnation: "a", manner: failed, at: 1)
            try expectEqual(try bench.departed(one).record.failure, nil, "failure while one lives")
            let two = try await bench.depart(worker: "2", incarnation: "b", manner: failed, at: 2)
            try expectEqual(
                try bench.departed(two).record.failure,
                Failure(at: bench.time(2), message: "exit 1"),
                "failure"
            )
            let heard = try await bench.admitted(bench.admission(worker: "1", incarnation: "a"), at: 3)
            try expectEqual(heard.record.failure, nil, "failure after a heartbeat")
        },
    ]

    static let workerVersions: [StoreLaw] = [
        StoreLaw("a service's version is the lowest of its workers that have neither left nor failed") { bench in
            let pair = try await bench.pair()
            try expectEqual(pair.record.version, 10, "version")
            let failed = try await bench.depart(
                worker: "old",
                incarnation: "a",
                manner: .failed(message: nil),
                at: 1
            )
            try expectEqual(try bench.departed(failed).record.version, 12, "version once the lowest failed")
            let heard = try await bench.admitted(bench.admission(worker: "old", incarnation: "a"), at: 2)
            try expectEqual(heard.record.version, 10, "version once it is heard again")
            let left = try bench.departed(try await bench.depart(worker: "old", incarnation: "a", at: 3))
            try expectEqual(left.record.version, 12, "version once it left")
            let last = try bench.departed(try await bench.depart(worker: "new", incarnation: "b", at: 4))
            try expectEqual(last.record.version, 12, "version once nobody lives")
        },
        StoreLaw("a worker that was silent for a down time holds the version back no longer, and it is news") { bench in
            let pair = try await bench.pair()
            // Heard at 30 and 61; by the beat of 61 it had been silent for 61 s.
            for (count, seconds) in [30.0, 61].enumerated() {
                let early = try await bench.beat(pair.new, count: count, at: seconds)
                try expectEqual(early.news, [], "news at \(seconds) s")
            }
            let flushed = try await bench.beat(pair.new, count: 2, at: 71)
            try expectEqual(flushed.news.map(\.version), [12], "version in the news")
            try expectEqual(try await bench.record(pair.record.id).version, 12, "version")
            try expectEqual(try await bench.beat(pair.new, count: 3, at: 81).news, [], "news once it is known")
        },
        StoreLaw("a silent worker that is heard again counts again") { bench in
            let pair = try await bench.pair()
            for (count, seconds) in [61.0, 71].enumerated() {
                _ = try await bench.beat(pair.new, count: count, at: seconds)
            }
            try expectEqual(try await bench.record(pair.record.id).version, 12, "version")
            let flushed = try await bench.beat(pair.old, count: 2, at: 72)
            try expectEqual(flushed.news.map(\.version), [10], "version in the news")
        },
        StoreLaw("who was silent together is not dead before each had time for a heartbeat") { bench in
            let pair = try await bench.pair()
            // An outage of an hour and a half, or a clock that was set: all stamps stood still, then one moves.
            _ = try await bench.beat(pair.new, count: 0, at: 5_400)
            try expectEqual(try await bench.record(pair.record.id).version, 10, "version")
            _ = try await bench.beat(pair.old, count: 1, at: 5_409)
            _ = try await bench.beat(pair.new, count: 2, at: 5_410)
            try expectEqual(try await bench.record(pair.record.id).version, 10, "version once both were heard")
            try expectEqual(try await bench.currentWorkers(), ["new", "old"], "workers")
        },
        StoreLaw("a silent worker does not come back with the registration of another") { bench in
            let pair = try await bench.pair()
            for (count, seconds) in [61.0, 71].enumerated() {
                _ = try await bench.beat(pair.new, count: count, at: seconds)
            }
            var restarted = bench.admission(worker: "new", incarnation: "c")
            restarted.version = 13
            try expectEqual(try await bench.admitted(restarted, at: 72).record.version, 13, "version after a restart")
            var third = bench.admission(worker: "third", incarnation: "d")
            third.version = 11
            try expectEqual(try await bench.admitted(third, at: 73).record.version, 11, "version of three")
        },
        StoreLaw("a down time is never shorter than two and a half intervals") { bench in
            let pair = try await bench.pair(interval: .seconds(100))
            _ = try await bench.beat(pair.new, count: 0, at: 250)
            _ = try await bench.beat(pair.new, count: 1, at: 251)
            try expectEqual(try await bench.record(pair.record.id).version, 10, "version at 250 s")
            _ = try await bench.beat(pair.new, count: 2, at: 252)
            try expectEqual(try await bench.record(pair.record.id).version, 12, "version at 251 s")
        },
    ]

    static let droppedWorkers: [StoreLaw] = [
        StoreLaw("a dead worker of a living service is dropped after an hour") { bench in
            let pair = try await bench.pair()
            _ = try await bench.beat(pair.new, count: 0, at: 3_600)
            _ = try await bench.beat(pair.new, count: 1, at: 3_601)
            try expectEqual(try await bench.currentWorkers(), ["new", "old"], "workers after an hour")
            _ = try await bench.beat(pair.new, count: 2, at: 3_602)
            try expectEqual(try await bench.currentWorkers(), ["new"], "workers after more")
            let left = try bench.departed(try await bench.depart(worker: "new", incarnation: "b", at: 3_603))
            try expectEqual(left.record.leftAt, bench.time(3_603), "left_at once the only one left")
        },
        StoreLaw("a dropped worker that is heard again goes on where it was") { bench in
            let pair = try await bench.pair()
            try await bench.dropOld(of: pair)
            let again = try await bench.admitted(bench.admission(worker: "old", incarnation: "a"), at: 4_000)
            try expectEqual(again.incarnation.number, pair.old.number, "token")
            try expectEqual(again.incarnation.replacedAt, nil, "replaced_at")
            try expectEqual(again.record.version, 10, "version")
            try expectEqual(try await bench.currentWorkers(), ["new", "old"], "workers")
        },
        StoreLaw("a dropped worker that a flush renews goes on where it was") { bench in
            let pair = try await bench.pair()
            try await bench.dropOld(of: pair)
            let flushed = try await bench.beat(pair.old, count: 9, at: 4_000)
            try expectEqual(flushed.news.map(\.version), [10], "version in the news")
            try expectEqual(try await bench.currentWorkers(), ["new", "old"], "workers")
        },
        StoreLaw("a dropped worker whose place was taken stays out") { bench in
            let pair = try await bench.pair()
            try await bench.dropOld(of: pair)
            let next = try await bench.admitted(bench.admission(worker: "old", incarnation: "c"), at: 4_000)
            try expectEqual(next.incarnation.number, 3, "token")
            try await bench.rejected(bench.admission(worker: "old", incarnation: "a"), .staleIncarnation, at: 4_001)
            let flushed = try await bench.beat(pair.old, count: 9, at: 4_002)
            try expectEqual(flushed.news.map(\.id), [pair.record.id], "news")
            try expectEqual(try await bench.currentWorkers(), ["new", "old"], "workers")
        },
        StoreLaw("a worker that left stays left when it is dropped") { bench in
            let pair = try await bench.pair()
            _ = try await bench.depart(worker: "old", incarnation: "a", at: 1)
            try await bench.dropOld(of: pair)
            try await bench.rejected(bench.admission(worker: "old", incarnation: "a"), .left, at: 4_000)
            let again = try bench.departed(try await bench.depart(worker: "old", incarnation: "a", at: 4_001))
            try expectEqual(again.incarnation.leftAt, bench.time(1), "left_at")
        },
        StoreLaw("a dropped worker can leave, and has left then") { bench in
            let pair = try await bench.pair()
            try await bench.dropOld(of: pair)
            let left = try bench.departed(try await bench.depart(worker: "old", incarnation: "a", at: 4_000))
            try expectEqual(left.incarnation.leftAt, bench.time(4_000), "left_at of the worker")
            try expectEqual(left.record.leftAt, nil, "left_at of the service")
            try await bench.rejected(bench.admission(worker: "old", incarnation: "a"), .left, at: 4_001)
        },
        StoreLaw("loading does not show a dropped worker: nobody took its place, and it may come back") { bench in
            let pair = try await bench.pair()
            try await bench.dropOld(of: pair)
            try expectEqual(try await bench.everything().incarnations.map(\.worker), ["new"], "workers")
        },
        StoreLaw("loading shows a dropped worker that had left, so that it is refused") { bench in
            let pair = try await bench.pair()
            _ = try await bench.depart(worker: "old", incarnation: "a", at: 1)
            try await bench.dropOld(of: pair)
            let shown = try await bench.everything().incarnations
            try expectEqual(shown.map(\.worker), ["new", "old"], "workers")
            try expectEqual(shown.map(\.isCurrent), [true, false], "whether they are current")
        },
        StoreLaw("a dropped worker is forgotten a day later") { bench in
            let pair = try await bench.pair()
            try await bench.dropOld(of: pair)
            let limits = RetentionLimits(transitionsBefore: bench.time(0), perService: 99, forgotten: bench.time(9_999))
            try expectEqual(try await bench.store.prune(limits, limit: 9), 1, "removed")
        },
        StoreLaw("the stamp of an only worker is its service's when another joins it") { bench in
            try await bench.register("d1")
            var old = bench.admission(incarnation: "a")
            old.version = 10
            let alone = try await bench.admitted(old).record
            _ = try await bench.flush("d1", count: 1, [bench.renewal(alone, at: 9_000, sequence: 7)])
            var new = bench.admission(worker: "new", incarnation: "b")
            new.version = 12
            let joined = try await bench.admitted(new, at: 9_001)
            try expectEqual(joined.record.version, 10, "version")
            for (count, seconds) in [9_011.0, 9_021].enumerated() {
                _ = try await bench.beat(Beating(joined.record, joined.incarnation), count: count + 2, at: seconds)
            }
            try expectEqual(try await bench.record(alone.id).version, 10, "version later")
            let stored = try await bench.everything().incarnations.first { $0.worker.isEmpty }
            try expectEqual(stored?.lastSeenUp, bench.time(9_000), "stamp of the only one")
            try expectEqual(stored?.lastSequence, 7, "sequence of the only one")
        },
    ]
}

/// A worker that beats in a law.
struct Beating: Sendable {
    var id: Int64
    var worker: String
    var number: Int64

    init(_ record: ServiceRecord, _ incarnation: IncarnationRecord) {
        id = record.id
        worker = incarnation.worker
        number = incarnation.number
    }
}

/// A service with an older worker and a newer one.
struct WorkerPair: Sendable {
    var record: ServiceRecord
    var old: Beating
    var new: Beating
}

extension StoreBench {
    /// Registers the workers `old` of version 10 and `new` of version 12, and the daemon that heard them.
    func pair(interval: Duration = .seconds(10)) async throws -> WorkerPair {
        try await register("d1")
        var old = admission(worker: "old", incarnation: "a")
        old.version = 10
        old.reportInterval = interval
        let one = try await admitted(old)
        var new = admission(worker: "new", incarnation: "b")
        new.version = 12
        let two = try await admitted(new)
        return WorkerPair(
            record: two.record,
            old: Beating(one.record, one.incarnation),
            new: Beating(two.record, two.incarnation)
        )
    }

    /// Flushes one heartbeat of a worker, as the daemon does: with its service's.
    func beat(_ beating: Beating, count: Int, at seconds: Double) async throws -> FlushResult {
        let renewal = WorkerRenewal(
            serviceID: beating.id,
            worker: beating.worker,
            number: beating.number,
            lastSeenUp: time(seconds),
            sequence: nil
        )
        let record = try await record(beating.id)
        return try await flush(
            "d1",
            count: Int64(count) + 1,
            [self.renewal(record, at: seconds)],
            workers: [renewal]
        )
    }

    /// Lets the newer worker beat until the older one is dropped.
    func dropOld(of pair: WorkerPair) async throws {
        for (count, seconds) in [3_601.0, 3_602].enumerated() {
            _ = try await beat(pair.new, count: count, at: seconds)
        }
        try expectEqual(try await currentWorkers(), ["new"], "workers that were not dropped")
    }

    func currentWorkers() async throws -> [String] {
        try await everything().incarnations.filter(\.isCurrent).map(\.worker).sorted()
    }
}
