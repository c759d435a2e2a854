import ArgumentParser
import LivenessCore

/// `rollcalld db check`: says what the database needs.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says what the database needs before this release can work with it, or to end the upgrade to it.",
        discussion: """
            Nothing is changed. Exit status: 0 nothing to do, 1 broken or no answer, 2 rollcalld db expand, \
            3 rollcalld db migrate, 4 rollcalld db contract is possible.

              rollcalld db check --config /etc/rollcall/rollcalld.yaml
              rollcalld db check --database-url mariadb://admin@db.example.org/rollcall
            """
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let database = try options.load().settings.database
        let condition = try await StoreFactory.condition(database)
        try StandardStreams.write("\(database.shown): \(condition.words)\n")
        if condition.need != .nothing { throw ExitCode(condition.need.rawValue) }
    }
}
