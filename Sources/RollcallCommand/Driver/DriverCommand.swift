internal import ArgumentParser
internal import RollcallWire

/// The noun `driver` with its verbs.
struct DriverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "driver",
        abstract: "Liveness drivers: the one that decides, and those that run in its shadow.",
        subcommands: [DriverStatus.self, DriverDisagreements.self, DriverSwitch.self]
    )

    static let columns: [Column<WireDriver>] = [
        Column("name") { .string($0.name) },
        Column("deciding") { .bool($0.deciding) },
        Column("health") { .string($0.health.rawValue) },
        Column("disagreements") { $0.disagreements.map { .integer(Int64($0)) } ?? .null },
        Column("guarantees") { .object($0.guarantees) },
    ]
}
