import ArgumentParser
import LivenessCore

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
        let database = try options.load().settings.database
        switch try await StoreFactory.expand(database) {
        case nil: try StandardStreams.write("\(database.shown) is up to date\n")
        case 0?: try StandardStreams.write("\(database.shown): the tables are created\n")
        case let version?: try StandardStreams.write("\(database.shown) had schema \(version) and is up to date\n")
        }
    }
}
