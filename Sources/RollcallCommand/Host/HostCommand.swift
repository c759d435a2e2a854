internal import ArgumentParser

/// The noun `host` with its verbs.
struct HostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "Hosts: the services of one.",
        subcommands: [HostShow.self]
    )
}
