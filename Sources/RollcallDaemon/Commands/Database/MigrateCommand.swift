import ArgumentParser
import LivenessCore

/// `rollcalld db migrate`: moves data to its new place while daemons of both releases go on.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Moves data to where this release has it, batch by batch, while all daemons go on.",
        discussion: """
            It can be ended at any time and is gone on with by the next one. Exit status: 0 nothing is left, 1 an \
            error, 3 more is left than --max-count allowed.

              rollcalld db migrate --config /etc/rollcall/rollcalld.yaml
              rollcalld db migrate --max-count 10000
            """
    )

    @OptionGroup var options: SettingsOptions
    @Option(help: ArgumentHelp("Records to move at most.", valueName: "N"))
    var maxCount: Int?

    func validate() throws {
        if let maxCount, maxCount < 1 { throw ValidationError("--max-count \(maxCount): expected at least 1") }
    }

    func run() async throws {
        let database = try options.load().settings.database
        let progress = Progress("records moved")
        defer { progress.end() }
        let moved = try await StoreFactory.migrate(database, atMost: maxCount ?? .max) { progress.show($0, of: $1) }
        try StandardStreams.write("\(database.shown): \(moved.moved) records moved, \(moved.left) left\n")
        if moved.left > 0 { throw ExitCode(DatabaseCondition.Need.migration.rawValue) }
    }
}
