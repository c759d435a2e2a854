import LivenessCore

extension StoreLaw {
    static let incarnations: [StoreLaw] = [
        StoreLaw("a new incarnation takes over with a higher token, and the old one is refused for ever") { bench in
            let first = try await bench.admitted(bench.admission(incarnation: "a"))
            let second = try await bench.admitted(bench.admission(incarnation: "b"), at: 1)
            try expectEqual(second.incarnation.number, first.incarnation.number + 1, "token")
            try expectEqual(second.record.incarnation, "b", "incarnation of the record")
            try expectEqual(second.transitions, [], "rows")
            try await bench.rejected(bench.admission(incarnation: "a"), .staleIncarnation, at: 2)
            try expectEqual(
                try await bench.admitted(bench.admission(incarnation: "b"), at: 3).incarnation.number,
                second.incarnation.number,
                "token of the one that lives"
            )
            try await bench.rejected(bench.admission(incarnation: "a"), .staleIncarnation, at: 4)
            let replaced = try await bench.everything().incarnations.first { $0.incarnation == "a" }
            try expectEqual(replaced?.replacedAt, bench.time(1), "when it was replaced")
        },
        StoreLaw("a sequence begins anew with an incarnation, and never goes back within one") { bench in
            var admission = bench.admission(incarnation: "a")
            admission.sequence = 100
            try await bench.admitted(admission)
            admission.sequence = 40
            try expectEqual(try await bench.admitted(admission, at: 1).record.lastSequence, 100, "sequence")
            admission.incarnation = "b"
            admission.sequence = 1
            let next = try await bench.admitted(admission, at: 2)
            try expectEqual(next.record.lastSequence, 1, "sequence of the new one")
            try expectEqual(next.incarnation.lastSequence, 1, "sequence of the incarnation")
        },
        StoreLaw("a service that uses incarnations is not renewed without one") { bench in
            try await bench.admitted(bench.admission(incarnation: "a"))
            try await bench.rejected(bench.admission(incarnation: nil), .incarnationRequired, at: 1)
        },
        StoreLaw("a service without incarnations has the token 0, and can begin to use them") { bench in
            let plain = try await bench.admitted(bench.admission(incarnation: nil))
            try expectEqual(plain.record.incarnationNumber, 0, "token")
            try expectEqual(plain.incarnation.number, 0, "token of the incarnation")
            try await bench.admitted(bench.admission(incarnation: nil), at: 1)
            let next = try await bench.admitted(bench.admission(incarnation: "a"), at: 2)
            try expectEqual(next.incarnation.number, 1, "token")
            try await bench.rejected(bench.admission(incarnation: nil), .incarnationRequired, at: 3)
            let current = try await bench.everything().incarnations.filter(\.isCurrent)
            try expectEqual(current.map(\.number), [1], "current tokens")
        },
        StoreLaw("a version that is not stated is the one before") { bench in
            var admission = bench.admission(incarnation: "a")
            admission.version = 5
            try await bench.admitted(admission)
            let next = try await bench.admitted(bench.admission(incarnation: "b"), at: 1)
            try expectEqual(next.record.version, 5, "version")
            try expectEqual(next.incarnation.version, 5, "version of the incarnation")
        },
    ]
}
