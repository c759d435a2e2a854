internal import ArgumentParser
internal import RollcallWire

/// The noun `daemon` with its verbs.
struct DaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon",
        abstract: "Daemons: those that share the database.",
        subcommands: [DaemonList.self, DaemonRetire.self]
    )

    static let columns: [Column<WireDaemon>] = [
        Column("id") { .string($0.id) },
        Column("host") { .string($0.host) },
        Column("release") { .string($0.release) },
        Column("schema_min") { .integer($0.schemaMin) },
        Column("schema_max") { .integer($0.schemaMax) },
        Column("phase_seen") { .string($0.phaseSeen) },
        Column("flush_lag", .seconds) { .real($0.flushLag) },
        Column("last_seen", .time) { .time($0.lastSeen) },
        Column("left_at", .time) { .time($0.leftAt) },
        Column("retired_at", .time) { .time($0.retiredAt) },
        Column("differing_settings") { .array($0.differingSettings.map(WireValue.string)) },
    ]
}
