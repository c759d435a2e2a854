import LivenessCore

extension StoreLaw {
    static let settings: [StoreLaw] = [
        StoreLaw("a shared setting takes the value of whoever is first, and no other but by a change") { bench in
            try expectEqual(try await bench.store.fleetSetting(FleetSetting.driver), nil, "before")
            let first = bench.setting("database", by: "d1", at: 1)
            try expectEqual(try await bench.store.settle(first), first, "first")
            try expectEqual(try await bench.store.settle(bench.setting("memcached", by: "d2", at: 2)), first, "second")
            try expectEqual(try await bench.store.fleetSetting(FleetSetting.driver), first, "after")
            try expectEqual(try await bench.head().revision, 0, "head")
        },
        StoreLaw("a shared setting is changed once from the value it had, with one row in the log") { bench in
            let record = try await bench.admitted(bench.admission("d1", binary: "rollcalld")).record
            _ = try await bench.store.settle(bench.setting("database", by: "d1", at: 1))
            let event = DaemonEvent(
                kind: .driverSwitched,
                daemon: "d1",
                host: record.host,
                uuid: record.uuid,
                topic: "memcached",
                zone: record.zone,
                at: bench.time(2)
            )
            let changed = bench.setting("memcached", by: "operator", at: 2)
            let result = try require(try await bench.store.change(changed, from: "database", event), "changed setting")
            try expectEqual(result.value, changed, "setting")
            try expectEqual(result.transitions.map(\.reason), ["driver_switched"], "rows")
            try expectEqual(result.transitions.map(\.topic), ["memcached"], "topic")
            let late = bench.setting("zookeeper", by: "another", at: 3)
            try expectEqual(try await bench.store.change(late, from: "database", event), nil, "from what it was")
            try expectEqual(try await bench.store.fleetSetting(FleetSetting.driver), changed, "after")
            try expectEqual(try await bench.head().revision, 2, "head")
        },
        StoreLaw("a shared setting is exchanged for what stood there, by one of two who saw it, with no row in the log")
        {
            bench in
            let first = bench.setting("a 1", by: "d1", at: 1)
            try expectEqual(try await bench.store.exchange(first, for: nil), true, "nothing stood there")
            try expectEqual(try await bench.store.exchange(first, for: nil), false, "something stands there")
            let moved = bench.setting("a 2", by: "d1", at: 2)
            try expectEqual(try await bench.store.exchange(moved, for: first), true, "by its holder")
            let taken = bench.setting("a 1", by: "d2", at: 3)
            try expectEqual(try await bench.store.exchange(taken, for: first), false, "by one who saw less")
            try expectEqual(try await bench.store.fleetSetting(FleetSetting.driver), moved, "standing")
            try expectEqual(try await bench.head().revision, 0, "head")
        },
        StoreLaw("a daemon's row names the drivers that it runs") { bench in
            var row = bench.daemon("d1")
            row.drivers = ["database", "memcached"]
            try await bench.store.write(row)
            try expectEqual(try await bench.store.daemons().map(\.drivers), [["database", "memcached"]], "two")
            row.drivers = []
            try await bench.store.write(row)
            try expectEqual(try await bench.store.daemons().map(\.drivers), [[]], "none")
        },
    ]
}

extension StoreBench {
    fileprivate func setting(_ value: String, by: String, at second: Double) -> FleetSetting {
        FleetSetting(name: FleetSetting.driver, value: value, setAt: time(second), setBy: by)
    }
}
