internal import ArgumentParser

/// The noun `group` with its verbs.
struct GroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Groups: how many services of each topic and zone are up.",
        subcommands: [GroupList.self]
    )
}
