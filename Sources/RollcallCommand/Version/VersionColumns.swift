internal import RollcallClient
internal import RollcallWire

/// What is shown of a program's versions.
enum VersionColumns {
    static let all: [Column<VersionsReply>] = [
        Column("binary") { .string($0.binary) },
        Column("min") { .whole($0.min) },
        Column("max") { .whole($0.max) },
        Column("counts") { reply in
            .array(reply.counts.map { .object(["version": .integer($0.version), "count": .integer(Int64($0.count))]) })
        },
        Column("minimum_held_by") { .array($0.minimumHeldBy.map(holder)) },
        Column("degraded") { .bool($0.isDegraded) },
    ]

    private static func holder(_ holder: VersionHolder) -> WireValue {
        .object([
            "uuid": .string(holder.uuid),
            "host": .string(holder.host),
            "state": .string(holder.state.rawValue),
            "reason": .text(holder.reason?.rawValue),
            "since": .time(holder.since),
            "age": .real(holder.age),
        ])
    }
}
