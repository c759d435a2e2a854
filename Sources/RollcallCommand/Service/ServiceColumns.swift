internal import RollcallWire

/// The columns of a service: every field of the API, under its name.
enum ServiceColumns {
    /// What a list shows without `--long` and `-c`.
    static let brief = ["host", "binary", "zone", "status", "state", "state_reason", "age"]

    /// What is shown after an edit: what operators may have said is among it.
    static func edited(_ services: [WireService]) -> [String] {
        var keys = brief
        if services.contains(where: { $0.disabledReason != nil }) { keys.append("disabled_reason") }
        if services.contains(where: { $0.forcedDownReason != nil }) { keys.append("forced_down_reason") }
        if services.contains(where: { $0.forcedDownUntil != nil }) { keys.append("forced_down_until") }
        return keys
    }

    static let all: [Column<WireService>] = [
        Column("uuid") { .string($0.uuid) },
        Column("host") { .string($0.host) },
        Column("binary") { .string($0.binary) },
        Column("topic") { .string($0.topic) },
        Column("zone") { .string($0.zone) },
        Column("status", .state) { .string($0.status.rawValue) },
        Column("disabled_reason") { .text($0.disabledReason) },
        Column("state", .state) { .string($0.state.rawValue) },
        Column("state_reason") { .string($0.stateReason.rawValue) },
        Column("state_since", .time) { .time($0.stateSince) },
        Column("last_state", .state) { .text($0.lastState?.rawValue) },
        Column("forced_down") { .bool($0.forcedDown) },
        Column("forced_down_reason") { .text($0.forcedDownReason) },
        Column("forced_down_by") { .text($0.forcedDownBy) },
        Column("forced_down_at", .time) { .time($0.forcedDownAt) },
        Column("forced_down_until", .time) { .time($0.forcedDownUntil) },
        Column("version") { .integer($0.version) },
        Column("report_interval", .seconds) { .real($0.reportInterval) },
        Column("report_count") { .integer($0.reportCount) },
        Column("last_seen_up", .time) { .time($0.lastSeenUp) },
        Column("age", .seconds) { .real($0.age) },
        Column("incarnation") { .text($0.incarnation) },
        Column("incarnation_number") { .whole($0.incarnationNumber) },
        Column("workers") { .array($0.workers.map(value)) },
        Column("driver") { .text($0.driver) },
        Column("flapping") { .bool($0.flapping) },
        Column("created_at", .time) { .time($0.createdAt) },
        Column("updated_at", .time) { .time($0.updatedAt) },
        Column("index") { .whole($0.index) },
    ]

    /// All columns, and those that a later daemon's services have beside them.
    static func all(of services: [WireService]) -> [Column<WireService>] {
        let unknown = Set(services.flatMap(\.unknownFields.keys)).sorted()
        return all + unknown.map { key in Column(key) { $0.unknownFields[key] ?? .null } }
    }

    private static func value(_ worker: WireWorker) -> WireValue {
        .object([
            "worker": .string(worker.worker),
            "incarnation": .text(worker.incarnation),
            "incarnation_number": .whole(worker.incarnationNumber),
            "version": .integer(worker.version),
            "state": .text(worker.state?.rawValue),
            "last_seen_up": .time(worker.lastSeenUp),
            "age": .real(worker.age),
        ])
    }
}
