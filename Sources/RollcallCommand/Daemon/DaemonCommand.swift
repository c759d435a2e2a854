internal import ArgumentParser

/// The noun `daemon` with its verbs.
struct DaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon",
        abstract: "Daemons: those that share the database.",
        subcommands: [DaemonList.self]
    )
}
