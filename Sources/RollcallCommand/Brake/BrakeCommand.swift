internal import ArgumentParser
internal import RollcallWire

/// The noun `brake` with its verbs.
struct BrakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "brake",
        abstract: "The brake: when too many fall silent at once, they are held as unknown instead of called down.",
        subcommands: [BrakeStatus.self, BrakeRelease.self]
    )

    static let columns: [Column<WireBrake>] = [
        Column("scope") { .string($0.scope) },
        Column("members") { .integer(Int64($0.members)) },
        Column("silent") { .integer(Int64($0.silent)) },
        Column("engaged_at", .time) { .time($0.engagedAt) },
        Column("engaged_by") { .text($0.engagedBy) },
        Column("released_at", .time) { .time($0.releasedAt) },
        Column("by") { .text($0.by) },
    ]
}
