import LivenessCore

extension DriverLaw {
    static let faults: [DriverLaw] = [
        DriverLaw("a look that fails loses nothing: the next brings the same") { bench in
            let one = try await bench.driver("d1")
            let two = try await bench.driver("d2")
            let record = try await bench.service()
            _ = try await two.observer.observe()
            _ = try await one.reporter.renew(bench.flush("d1", count: 1, [record], at: 5))
            try await bench.fixture.setAway(true)
            try await bench.fails(.lost) { () throws(DriverError) in _ = try await two.observer.observe() }
            try await bench.fails(.lost) { () throws(DriverError) in
                _ = try await two.observer.look(at: [bench.key(record)])
            }
            try await bench.fixture.setAway(false)
            try expectEqual(try await two.observer.observe().changed.map(\.id), [record.id], "changed")
        },
        DriverLaw("a flush that fails can be repeated with the same content") { bench in
            let one = try await bench.driver("d1")
            let two = try await bench.driver("d2")
            let record = try await bench.service()
            let flush = bench.flush("d1", count: 1, [record], at: 5)
            _ = try await two.observer.observe()
            try await bench.fixture.setAway(true)
            try await bench.fails(.lost) { () throws(DriverError) in _ = try await one.reporter.renew(flush) }
            try await bench.fixture.setAway(false)
            // What was under way may have arrived all the same.
            let early = try await two.observer.observe().changed
            _ = try await one.reporter.renew(flush)
            let seen = early + (try await two.observer.observe().changed)
            try expectEqual(Set(seen.map(\.id)), [record.id], "changed")
        },
        DriverLaw(
            "a flush that fails has changed nothing, and counts once when repeated",
            claim: .heartbeatsInTheRecords
        ) { bench in
            let one = try await bench.driver("d1")
            let two = try await bench.driver("d2")
            let record = try await bench.service()
            let flush = bench.flush("d1", count: 1, [record], at: 5)
            _ = try await two.observer.observe()
            try await bench.fixture.setAway(true)
            try await bench.fails(.lost) { () throws(DriverError) in _ = try await one.reporter.renew(flush) }
            try await bench.fixture.setAway(false)
            try expectEqual(try await two.observer.observe().changed, [], "changed before")
            _ = try await one.reporter.renew(flush)
            try expectEqual(try await bench.stores.record(record.id).reportCount, 1, "report_count")
        },
        DriverLaw(
            "a back end that was replaced has another epoch, and all of it is shown again",
            claim: .heartbeatsInTheRecords
        ) { bench in
            let one = try await bench.driver("d1")
            let two = try await bench.driver("d2")
            let record = try await bench.service()
            _ = try await one.reporter.renew(bench.flush("d1", count: 1, [record], at: 5))
            let before = try await two.observer.observe()
            try await bench.fixture.records.replaceLogID(with: "another")
            let after = try await two.observer.observe()
            try expect(before.epoch != after.epoch, "the epoch stayed \(after.epoch)")
            try expectEqual(after.changed.map(\.id), [record.id], "changed")
            let next = try await two.observer.observe()
            try expectEqual(next.epoch, after.epoch, "epoch of the next look")
            try expectEqual(next.changed, [], "changed after that")
        },
        DriverLaw(
            "heartbeats that went back mean a restored back end, and then all of it is shown again",
            claim: .heartbeatsInTheRecords
        ) { bench in
            let one = try await bench.driver("d1")
            let two = try await bench.driver("d2")
            let record = try await bench.service()
            _ = try await one.reporter.renew(bench.flush("d1", count: 7, [record], at: 5))
            _ = try await two.observer.observe()
            bench.fixture.rewindTable("d1", to: 3)
            try await bench.fails(.restarted) { () throws(DriverError) in _ = try await two.observer.observe() }
            let next = try await two.observer.observe()
            try expectEqual(next.changed.map(\.id), [record.id], "changed")
        },
        DriverLaw("a daemon notices that its own heartbeats went back", claim: .heartbeatsInTheRecords) { bench in
            let one = try await bench.driver("d1")
            let record = try await bench.service()
            _ = try await one.reporter.renew(bench.flush("d1", count: 7, [record], at: 5))
            bench.fixture.rewindTable("d1", to: 6)
            try await bench.fails(.restarted) { () throws(DriverError) in _ = try await one.observer.observe() }
        },
        DriverLaw("a fenced daemon is told so, and that what is stored is damaged") { bench in
            let one = try await bench.driver("d1")
            let record = try await bench.service()
            let flush = bench.flush("d1", count: 1, [record], at: 5)
            try await bench.fixture.records.raiseMinimumRelease(to: 1_000)
            try await bench.fails(.fenced) { () throws(DriverError) in _ = try await one.reporter.renew(flush) }
            bench.fixture.damageTable(StoreError(.corrupt, "damaged"))
            try await bench.fails(.corrupt) { () throws(DriverError) in _ = try await one.reporter.renew(flush) }
        },
    ]
}
