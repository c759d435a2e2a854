internal import ArgumentParser

/// The noun `upgrade` with its verb.
struct UpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Upgrades: whether the fleet is ready for the next step of one.",
        subcommands: [UpgradeCheck.self]
    )
}
