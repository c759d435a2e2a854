import LivenessCore

extension StoreLaw {
    static let admissions: [StoreLaw] = [
        StoreLaw("the first heartbeat of a name creates its record, up, and says so in the log") { bench in
            let result = try await bench.admitted(bench.admission())
            try expectEqual(result.record.topic, "compute", "topic")
            try expectEqual(result.record.zone, "nova", "zone")
            try expectEqual(result.record.version, 0, "version")
            try expectEqual(result.record.isDisabled, false, "disabled")
            try expectEqual(result.record.isNeverHeard, false, "never heard")
            try expectEqual(result.record.incarnationNumber, 1, "token")
            try expectEqual(result.incarnation.number, 1, "token of the incarnation")
            try expectEqual(result.incarnation.serviceID, result.record.id, "service of the incarnation")
            try expectEqual(result.record.recorded.state, .up, "state")
            try expectEqual(result.record.recorded.reason, .heartbeat, "reason")
            let created = try require(result.transitions.first, "row")
            try expectEqual(created.kind, .created, "kind")
            try expectEqual(created.from, nil, "from")
            try expectEqual(created.to, .up, "to")
            try expectEqual(created.revision, result.record.recorded.revision, "revision")
            try expectEqual(try await bench.store.transitions(since: 0, limit: 9).transitions, [created], "log")
            try expectEqual(try await bench.record(result.record.id), result.record, "stored record")
        },
        StoreLaw("other topics begin in zone internal") { bench in
            let result = try await bench.admitted(bench.admission(binary: "nova-conductor"))
            try expectEqual(result.record.topic, "conductor", "topic")
            try expectEqual(result.record.zone, "internal", "zone")
        },
        StoreLaw("what a heartbeat states is kept, at its first and at later ones") { bench in
            var admission = bench.admission()
            admission.topic = "t"
            admission.zone = "z"
            admission.version = 66
            admission.sequence = 7
            admission.reportInterval = .milliseconds(250)
            let first = try await bench.admitted(admission)
            try expectEqual(first.record.topic, "t", "topic")
            try expectEqual(first.record.reportedZone, "z", "zone")
            try expectEqual(first.record.version, 66, "version")
            try expectEqual(first.record.lastSequence, 7, "sequence")
            try expectEqual(first.record.reportInterval, .milliseconds(250), "interval")

            var later = bench.admission()
            later.version = 67
            later.zone = "y"
            later.sequence = 9
            let second = try await bench.admitted(later, at: 5)
            try expectEqual(second.record.version, 67, "version")
            try expectEqual(second.record.reportedZone, "y", "zone")
            try expectEqual(second.record.topic, "t", "topic, which was not stated again")
            try expectEqual(second.record.reportInterval, .milliseconds(250), "interval, not stated again")
            try expectEqual(second.record.lastSequence, 9, "sequence")
            try expectEqual(second.transitions, [], "rows")
            try expectEqual(second.record.edit, first.record.edit, "edit number")
            try expectEqual(second.record.updatedAt, nil, "updated_at")
            try expectEqual(second.record.uuid, first.record.uuid, "identity")
            try expectEqual(second.record.recorded, first.record.recorded, "recorded state")
            try expectEqual(try await bench.record(first.record.id), second.record, "stored record")
        },
        StoreLaw("names, topics and zones of any letters are kept as they are, also by later incarnations") { bench in
            // The last two are one letter to Unicode, and two names here.
            let words = [#"a"b\c"#, "\\\\", "\\n", "'; --", "😀 x", "%_", "é", "e\u{301}"]
            for incarnation in ["a", "b"] {
                let admissions = words.map { word in
                    var admission = bench.admission(word, binary: word, worker: word, incarnation: incarnation)
                    admission.topic = word
                    admission.zone = word
                    return admission
                }
                for (word, result) in zip(words, try await bench.store.admit(admissions, at: bench.time(1))) {
                    guard case .admitted(let record, let heard, _) = result else {
                        throw LawBroken(description: "\(word): \(result)")
                    }
                    let stored = try await bench.record(record.id)
                    for text in [stored.host, stored.binary, stored.topic, stored.reportedZone, heard.worker] {
                        try expectEqual(Array(text.utf8), Array(word.utf8), "bytes of \(word)")
                    }
                    try expectEqual(stored.incarnation, incarnation, "incarnation of \(word)")
                }
            }
            try expectEqual(try await bench.everything().services.count, words.count, "records")
        },
        StoreLaw("an unknown name that may not be created is not registered") { bench in
            var admission = bench.admission()
            admission.mayCreate = false
            try await bench.rejected(admission, .notRegistered)
            try expectEqual(try await bench.head().revision, 0, "revision")
        },
        StoreLaw("a record can be made disabled from the first") { bench in
            var admission = bench.admission()
            admission.createsEnabled = false
            try expectEqual(try await bench.admitted(admission).record.isDisabled, true, "disabled")
        },
        StoreLaw("names are compared byte by byte") { bench in
            let one = try await bench.admitted(bench.admission("Host"))
            let other = try await bench.admitted(bench.admission("host"))
            let accented = try await bench.admitted(bench.admission("h\u{e9}"))
            let decomposed = try await bench.admitted(bench.admission("he\u{301}"))
            let ids = Set([one, other, accented, decomposed].map(\.record.id))
            try expectEqual(ids.count, 4, "number of records")
        },
        StoreLaw("of two admissions of one name in a batch the second sees the first") { bench in
            let results = try await bench.store.admit(
                [bench.admission(incarnation: "a"), bench.admission(incarnation: "b"), bench.admission("h2")],
                at: bench.time(0)
            )
            guard results.count == 3, case .admitted(let first, _, let created) = results[0],
                case .admitted(let second, let incarnation, let none) = results[1],
                case .admitted(_, _, let other) = results[2]
            else { throw LawBroken(description: "\(results)") }
            try expectEqual(first.id, second.id, "record")
            try expectEqual(incarnation.number, 2, "token")
            try expectEqual(created.map(\.revision), [1], "first revision")
            try expectEqual(none, [], "rows of the second")
            try expectEqual(other.map(\.revision), [2], "last revision")
        },
        StoreLaw("the zone an operator set wins, and the reported one is kept beside it") { bench in
            let record = try await bench.admitted(bench.admission()).record
            var edit = RecordEdit(uuid: record.uuid)
            edit.zone = .some("rack1")
            _ = try await bench.store.edit(edit, at: bench.time(1))
            var admission = bench.admission()
            admission.zone = "az2"
            let heard = try await bench.admitted(admission, at: 2).record
            try expectEqual(heard.zone, "rack1", "zone")
            try expectEqual(heard.reportedZone, "az2", "reported zone")
            edit.zone = .some(nil)
            _ = try await bench.store.edit(edit, at: bench.time(3))
            try expectEqual(try await bench.record(record.id).zone, "az2", "zone once cleared")
        },
        StoreLaw("a record an operator made waits for its first heartbeat") { bench in
            var draft = ServiceDraft(uuid: bench.uuid(), name: ServiceName(host: "h1", binary: "nova-compute"))
            draft.isDisabled = true
            draft.disabledReason = "new"
            let made = try require(try await bench.store.create(draft, at: bench.time(0)), "record")
            try expectEqual(made.value.recorded.state, .unknown, "state")
            try expectEqual(made.value.recorded.reason, .neverReported, "reason")
            try expectEqual(made.value.isNeverHeard, true, "never heard")
            try expectEqual(made.transitions.map(\.kind), [.created], "rows")
            try expectEqual(try await bench.store.create(draft, at: bench.time(0)), nil, "a second one")

            let heard = try await bench.admitted(bench.admission(), at: 1)
            try expectEqual(heard.record.uuid, draft.uuid, "identity")
            try expectEqual(heard.record.isNeverHeard, false, "never heard")
            try expectEqual(heard.record.isDisabled, true, "disabled")
            try expectEqual(heard.record.disabledReason, "new", "reason")
            try expectEqual(heard.record.recorded, made.value.recorded, "recorded state")
            try expectEqual(heard.incarnation.number, 1, "token")
        },
    ]
}
