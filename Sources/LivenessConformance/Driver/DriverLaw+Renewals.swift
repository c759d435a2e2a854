import LivenessCore

extension DriverLaw {
    static let renewals: [DriverLaw] = [
        DriverLaw("what one daemon renews, another observes, once") { bench in
            let one = try await bench.driver("d1")
            let two = try await bench.driver("d2")
            let record = try await bench.service()
            _ = try await two.observer.observe()
            let result = try await one.reporter.renew(bench.flush("d1", count: 1, [record], at: 5))
            try expectEqual(result.news, [], "news")
            let seen = try await two.observer.observe()
            try expectEqual(seen.changed.map(\.id), [record.id], "changed")
            try expectEqual(seen.changed.first?.reportCount, 1, "report_count")
            try expectEqual(try await two.observer.observe().changed, [], "changed after that")
        },
        DriverLaw("a daemon's own renewals are no observation of it") { bench in
            let one = try await bench.driver("d1")
            let record = try await bench.service()
            _ = try await one.reporter.renew(bench.flush("d1", count: 1, [record], at: 5))
            let seen = try await one.observer.observe()
            try expectEqual(seen.changed, [], "changed")
            try expectEqual(seen.daemons.map(\.flushCount), [1], "flush counts")
        },
        DriverLaw("a renewal of what is no longer so comes back as news", claim: .heartbeatsInTheRecords) { bench in
            let one = try await bench.driver("d1")
            let record = try await bench.service()
            _ = try await bench.stores.depart(at: 1)
            let result = try await one.reporter.renew(bench.flush("d1", count: 1, [record], at: 5))
            try expectEqual(result.news.map(\.leftAt), [bench.stores.time(1)], "news")
        },
        DriverLaw("to remove what left does no harm, twice") { bench in
            let one = try await bench.driver("d1")
            let record = try await bench.service()
            _ = try await bench.stores.depart(at: 1)
            try await one.reporter.remove([bench.key(record), ServiceKey(service: 999, id: 999)])
            try await one.reporter.remove([bench.key(record), ServiceKey(service: 999, id: 999)])
            try expectEqual(try await bench.stores.record(record.id).leftAt, bench.stores.time(1), "left_at")
        },
        DriverLaw("a driver serves any down time that its guarantees allow, and they hold the two intervals") { bench in
            let guarantees = try await bench.driver("d1").guarantees
            let least = guarantees.leastDownTime(.seconds(10), .milliseconds(250), .seconds(1))
            try expect(least >= .milliseconds(10_250), "the least down time is \(least)")
            try expect(!guarantees.name.isEmpty, "it has no name")
        },
    ]

    static let observations: [DriverLaw] = [
        DriverLaw("a flush that commits after a look is in the next one, however old its stamps") { bench in
            let one = try await bench.driver("d1")
            let two = try await bench.driver("d2")
            let three = try await bench.driver("d3")
            let late = try await bench.service("h1")
            let early = try await bench.service("h2")
            _ = try await three.observer.observe()
            _ = try await two.reporter.renew(bench.flush("d2", count: 1, [early], at: 90))
            try expectEqual(try await three.observer.observe().changed.map(\.id), [early.id], "first look")
            _ = try await one.reporter.renew(bench.flush("d1", count: 1, [late], at: 3))
            try expectEqual(try await three.observer.observe().changed.map(\.id), [late.id], "second look")
        },
        DriverLaw("a look on demand shows what the next observation will bring of those services, and who is there") {
            bench in
            let one = try await bench.driver("d1")
            let two = try await bench.driver("d2")
            let changed = try await bench.service("h1")
            let still = try await bench.service("h2")
            let other = try await bench.service("h3")
            _ = try await two.observer.observe()
            _ = try await one.reporter.renew(bench.flush("d1", count: 1, [changed, other], at: 5))
            let look = try await two.observer.look(at: [bench.key(changed), bench.key(still)])
            try expectEqual(look.changed.map(\.id), [changed.id], "changed")
            try expectEqual(look.daemons.map(\.id), ["d1", "d2"], "daemons")
            try expectEqual(look.daemons.first?.flushCount, 1, "count")
            try expectEqual(look.epoch, try await two.observer.observe().epoch, "epoch")
        },
        DriverLaw("an observer begins where the records were read") { bench in
            let one = try await bench.driver("d1")
            let record = try await bench.service()
            _ = try await one.reporter.renew(bench.flush("d1", count: 1, [record], at: 5))
            let two = try await bench.driver("d2", loaded: try await bench.stores.store.daemons())
            try expectEqual(try await two.observer.observe().changed, [], "changed")
            _ = try await one.reporter.renew(bench.flush("d1", count: 2, [record], at: 6))
            try expectEqual(try await two.observer.observe().changed.map(\.id), [record.id], "changed since")
        },
        DriverLaw("a look on demand swallows nothing that an observation would have brought") { bench in
            let one = try await bench.driver("d1")
            let two = try await bench.driver("d2")
            let asked = try await bench.service("h1")
            let other = try await bench.service("h2")
            _ = try await two.observer.observe()
            _ = try await one.reporter.renew(bench.flush("d1", count: 1, [asked, other], at: 5))
            let look = try await two.observer.look(at: [bench.key(asked)])
            let next = try await two.observer.observe()
            let brought = Set((look.changed + next.changed).map(\.id))
            try expectEqual(brought, [asked.id, other.id], "ids")
        },
    ]
}
