import LivenessCore

extension StoreLaw {
    static let departures: [StoreLaw] = [
        StoreLaw("who left stays left: its late heartbeats are refused, its next incarnation is not") { bench in
            try await bench.admitted(bench.admission(incarnation: "a"))
            let left = try bench.departed(try await bench.depart())
            try expectEqual(left.record.leftAt, bench.time(1), "left_at")
            try await bench.rejected(bench.admission(incarnation: "a"), .left, at: 2)
            let next = try await bench.admitted(bench.admission(incarnation: "b"), at: 3)
            try expectEqual(next.record.leftAt, nil, "left_at of the next")
            try expectEqual(next.incarnation.number, 2, "token")
        },
        StoreLaw("a repeated leave, and a failure after it, change nothing") { bench in
            try await bench.admitted(bench.admission())
            let first = try await bench.depart(at: 1)
            try expectEqual(try await bench.depart(at: 2), first, "second answer")
            try expectEqual(
                try await bench.depart(manner: .failed(message: "late"), at: 3),
                first,
                "answer to a failure"
            )
        },
        StoreLaw("a service without incarnations is up again with its next heartbeat") { bench in
            try await bench.admitted(bench.admission(incarnation: nil))
            let left = try bench.departed(try await bench.depart(incarnation: nil))
            try expectEqual(left.record.leftAt, bench.time(1), "left_at")
            let heard = try await bench.admitted(bench.admission(incarnation: nil), at: 2)
            try expectEqual(heard.record.leftAt, nil, "left_at")
            try expectEqual(heard.incarnation.leftAt, nil, "left_at of the incarnation")
        },
        StoreLaw("a failure keeps its message, and the next heartbeat ends it") { bench in
            try await bench.admitted(bench.admission())
            let failed = try bench.departed(try await bench.depart(manner: .failed(message: "exit 7")))
            try expectEqual(failed.record.failure, Failure(at: bench.time(1), message: "exit 7"), "failure")
            try expectEqual(failed.incarnation.failedAt, bench.time(1), "failed_at")
            try expectEqual(try await bench.record(failed.record.id).failure?.message, "exit 7", "stored message")
            let heard = try await bench.admitted(bench.admission(), at: 2)
            try expectEqual(heard.record.failure, nil, "failure")
            try expectEqual(heard.incarnation.failedAt, nil, "failed_at")
            try expectEqual(heard.incarnation.number, 1, "token")
        },
        StoreLaw("only a current incarnation departs") { bench in
            try expectEqual(try await bench.depart(), .notFound, "answer for an unknown name")
            try await bench.admitted(bench.admission(incarnation: "a"))
            try await bench.admitted(bench.admission(incarnation: "b"))
            try expectEqual(try await bench.depart(incarnation: "a"), .notCurrent, "answer to a replaced one")
            try expectEqual(try await bench.depart(incarnation: nil), .notCurrent, "answer to none")
            try expectEqual(try await bench.depart(incarnation: "x"), .notCurrent, "answer to an unknown one")
            try expectEqual(try await bench.depart(worker: "w", incarnation: "b"), .notFound, "other worker")
            _ = try bench.departed(try await bench.depart(incarnation: "b"))
        },
        StoreLaw("departures are answered in the order asked") { bench in
            try await bench.admitted(bench.admission("h1"))
            try await bench.admitted(bench.admission("h2"))
            let departures = ["h2", "h9", "h1"].map {
                Departure(
                    name: ServiceName(host: $0, binary: "nova-compute"),
                    worker: "",
                    incarnation: "a",
                    manner: .left
                )
            }
            let results = try await bench.store.depart(departures, at: bench.time(1))
            let hosts = results.map { result in
                guard case .departed(let record, _) = result else { return "none" }
                return record.host
            }
            try expectEqual(hosts, ["h2", "none", "h1"], "hosts")
        },
    ]
}
