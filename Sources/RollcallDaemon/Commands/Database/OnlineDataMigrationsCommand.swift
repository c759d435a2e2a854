import ArgumentParser
import LivenessCore

/// `rollcalld db online-data-migrations`: the same as `migrate`, with the words and exit statuses of Nova's command.
struct OnlineDataMigrationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "online-data-migrations",
        abstract: "Moves data as rollcalld db migrate does, with the table and exit statuses of nova-manage.",
        discussion: """
            Exit status: 0 nothing is left, 1 some were moved and more are left, 2 nothing was moved because of \
            errors, 127 --max-count is no number above 0.

              rollcalld db online-data-migrations --max-count 1000
            """
    )

    @OptionGroup var options: SettingsOptions
    @Option(help: ArgumentHelp("Records to move at most.", valueName: "N"))
    var maxCount: String?

    func run() async throws {
        var atMost = Int.max
        if let maxCount {
            guard let number = Int(maxCount), number > 0 else {
                StandardStreams.complain("--max-count \(maxCount): expected a number above 0")
                throw ExitCode(127)
            }
            atMost = number
        }
        let database = try options.load().settings.database
        let moved = try await migrate(database, atMost: atMost)
        try StandardStreams.write(Self.table(moved))
        if moved.left > 0 { throw ExitCode(1) }
    }

    private func migrate(_ database: Settings.DatabaseSection, atMost: Int) async throws -> MoveResult {
        let progress = Progress("records moved")
        defer { progress.end() }
        do throws(StoreError) {
            return try await StoreFactory.migrate(database, atMost: atMost) { progress.show($0, of: $1) }
        } catch {
            progress.end()
            StandardStreams.complain("\(error)")
            throw ExitCode(progress.done > 0 ? 1 : 2)
        }
    }

    private static func table(_ moved: MoveResult) -> String {
        let total = "\(moved.moved + moved.left)"
        let rows = [["Migration", "Total Needed", "Completed"], ["heartbeats_of_their_own", total, "\(moved.moved)"]]
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+") + "+\n"
        let lines = rows.map { row in
            "|"
                + zip(row, widths).map { " \($0)" + String(repeating: " ", count: $1 - $0.count) }.joined(
                    separator: " |"
                )
                + " |\n"
        }
        return rule + lines[0] + rule + lines[1] + rule
    }
}
