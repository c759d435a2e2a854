internal import ArgumentParser

/// The noun `version` with its verbs.
struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Versions of the services: which are about, and who holds the minimum.",
        subcommands: [VersionShow.self, VersionWait.self]
    )
}
