import LivenessCore

extension StoreLaw {
    static let imports: [StoreLaw] = [
        StoreLaw("an imported record keeps its identity and what was said of it, and nobody has heard it") { bench in
            var service = bench.imported("h1", 1)
            service.version = 66
            service.isDisabled = true
            service.disabledReason = "disk"
            service.isForcedDown = true
            service.createdAt = bench.time(-100)
            guard case .imported(let record, let rows) = try await bench.store.take([service], at: bench.time(0)).first
            else { throw LawBroken(description: "it was not imported") }
            try expectEqual(record.uuid, service.uuid, "uuid")
            try expectEqual(service.differences(from: record), [], "differences")
            try expectEqual(record.createdAt, bench.time(-100), "created_at")
            try expectEqual(record.isImported && record.isNeverHeard, true, "imported and never heard")
            try expectEqual(record.recorded.verdict, Verdict(.unknown, .neverReported), "verdict")
            try expectEqual(record.forcedDown?.by, ServiceRecord.importer, "who forced it down")
            try expectEqual(rows.map(\.kind), [.created], "rows")
            try expectEqual(rows.map(\.at), [bench.time(0)], "when it came here")
            try expectEqual(try await bench.record(record.id), record, "stored record")
        },
        StoreLaw("importing twice is importing once, and a record edited since stays as it is") { bench in
            let services = [bench.imported("h1", 1), bench.imported("h2", 2)]
            _ = try await bench.store.take(services, at: bench.time(0))
            var edit = RecordEdit(uuid: services[0].uuid)
            edit.isDisabled = true
            let (edited, _) = try await bench.edited(edit, at: 1)
            let head = try await bench.head()
            let results = try await bench.store.take(services, at: bench.time(2))
            try expectEqual(results.first, .present(edited), "the edited one")
            try expectEqual(services[0].differences(from: edited), ["disabled"], "differences")
            try expectEqual(try await bench.head(), head, "head of the log")
        },
        StoreLaw("a name that another record has is a conflict, and a deleted record is none") { bench in
            let native = try await bench.admitted(bench.admission()).record
            var service = bench.imported(native.host, 7)
            service.name = native.name
            try expectEqual(
                try await bench.store.take([service], at: bench.time(1)).first,
                .conflict(native),
                "the living one"
            )
            service.deletedAt = bench.time(-50)
            guard case .imported(let record, let rows) = try await bench.store.take([service], at: bench.time(1)).first
            else { throw LawBroken(description: "the deleted one was not imported") }
            try expectEqual(record.deletedAt, bench.time(-50), "deleted_at")
            try expectEqual(rows.map(\.kind), [.created, .deleted], "rows")
            try expectEqual(try await bench.record(record.id), record, "stored record")
        },
        StoreLaw("an imported record is heard like any other") { bench in
            var service = bench.imported("h1", 1)
            service.name = bench.admission().name
            _ = try await bench.store.take([service], at: bench.time(0))
            let record = try await bench.admitted(bench.admission()).record
            try expectEqual(record.uuid, service.uuid, "uuid")
            try expectEqual(record.isNeverHeard, false, "never heard")
        },
    ]
}

extension StoreBench {
    func imported(_ host: String, _ number: UInt64) -> ImportedService {
        ImportedService(
            uuid: ServiceUUID(random: number, 77),
            name: ServiceName(host: host, binary: "nova-compute"),
            topic: "compute"
        )
    }
}
