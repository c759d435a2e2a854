import ArgumentParser
import LivenessCore

/// `rollcalld db …`: administers the database.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Administers the database that the settings name.",
        subcommands: [CheckCommand.self, ExpandCommand.self]
    )
}

/// `rollcalld db check`: says what the database needs.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says what the database needs before this release can work with it.",
        discussion: """
            Nothing is changed. Exit status: 0 nothing to do, 1 broken or no answer, 2 rollcalld db expand.

              rollcalld db check --config /etc/rollcall/rollcalld.yaml
              rollcalld db check --database-url mariadb://admin@db.example.org/rollcall
            """
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let loaded = try options.load()
        let condition = try await StoreFactory.condition(loaded.settings.database)
        try StandardStreams.write("\(loaded.settings.database.url?.shown ?? ""): \(condition.words)\n")
        if condition.need != .nothing { throw ExitCode(condition.need.rawValue) }
    }
}

/// `rollcalld db expand`: adds to the database what this release needs.
struct ExpandCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expand",
        abstract: "Creates the tables, or adds to them what this release needs.",
        discussion: """
            Nothing that an older release uses is changed, so its daemons may go on meanwhile. Done twice it is done \
            once. The user of database.url needs the right to create and alter tables for this, and for a daemon only \
            SELECT, INSERT, UPDATE and DELETE.

              rollcalld db expand --config /etc/rollcall/rollcalld.yaml
              rollcalld db expand --database-url mariadb://admin@db.example.org/rollcall
            """
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let loaded = try options.load()
        let before = try await StoreFactory.expand(loaded.settings.database)
        let place = loaded.settings.database.url?.shown ?? ""
        switch before {
        case nil: try StandardStreams.write("\(place) is up to date\n")
        case 0?: try StandardStreams.write("\(place): the tables are created\n")
        case let version?: try StandardStreams.write("\(place) had schema \(version) and is up to date\n")
        }
    }
}
