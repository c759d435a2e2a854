import LivenessCore

extension StoreLaw {
    static let arrivals: [StoreLaw] = [
        StoreLaw("what daemons heard is kept by stretch, the last word on one counts, and it goes with its time") {
            bench in
            try await bench.store.keep(bench.stretch("d1", from: 0, to: 60))
            try await bench.store.keep(bench.stretch("d2", from: 0, to: 50))
            let first = bench.stretch("d1", from: 0, to: 3_600, gaps: [0: 1, 200: 7, 600: 2])
            try await bench.store.keep(first)
            let later = bench.stretch("d1", from: 3_600, to: 3_660)
            try await bench.store.keep(later)
            let all = try await bench.store.arrivals(since: bench.time(-1), but: [])
            try expectEqual(all.daemons, ["d1", "d2"], "daemons")
            try expectEqual(all.began, bench.time(0), "began")
            let tallies = all.arrivals.tallies
            try expectEqual(Set(tallies.keys), Set(first.tallies.keys), "kinds, compared byte by byte")
            for (kind, tally) in first.tallies {
                try expectEqual(tallies[kind]?.gaps, [0: 1, 200: 7, 600: 2], "gaps")
                try expectEqual(tallies[kind]?.deaths, 3 * tally.deaths, "deaths")
                try expectEqual(tallies[kind]?.mistakes, 3, "mistakes")
            }
            let since = try await bench.store.arrivals(since: bench.time(3_600), but: [])
            try expectEqual(since.began, later.id.began, "since")
            let others = try await bench.store.arrivals(since: bench.time(-1), but: [first.id, later.id])
            try expectEqual(others.daemons, ["d2"], "but for those")
            let limits = RetentionLimits(transitionsBefore: bench.time(3_601), perService: 9, forgotten: bench.time(0))
            try expectEqual(try await bench.store.prune(limits, limit: 99) > 0, true, "removed")
            let left = try await bench.store.arrivals(since: bench.time(-1), but: [])
            try expectEqual(left.began, later.id.began, "left")
        }
    ]
}

extension StoreBench {
    func stretch(
        _ daemon: String,
        from began: Double,
        to ended: Double,
        gaps: [UInt16: Int64] = [:]
    ) -> ArrivalStretch {
        let kinds = ["compute", "Compute", "com\u{301}pute"].map {
            Arrivals.Kind(topic: $0, reportInterval: .milliseconds(500), downTime: .seconds(3))
        }
        var tallies: [Arrivals.Kind: Arrivals.Tally] = [:]
        for (number, kind) in kinds.enumerated() {
            tallies[kind] = Arrivals.Tally(gaps: gaps, deaths: Int64(number), mistakes: 1)
        }
        return ArrivalStretch(daemon: daemon, began: time(began), ended: time(ended), tallies: tallies)
    }
}
