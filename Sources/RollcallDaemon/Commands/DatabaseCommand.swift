import ArgumentParser
import LivenessCore

/// `rollcalld db …`: administers the database.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Administers the database that the settings name.",
        subcommands: [
            CheckCommand.self, ExpandCommand.self, MigrateCommand.self, ContractCommand.self, SyncCommand.self,
            OnlineDataMigrationsCommand.self,
        ]
    )
}

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
        let moved = try await StoreFactory.migrate(database, atMost: maxCount ?? .max) { progress.show($0, of: $1) }
        progress.end()
        try StandardStreams.write("\(database.shown): \(moved.moved) records moved, \(moved.left) left\n")
        if moved.left > 0 { throw ExitCode(DatabaseCondition.Need.migration.rawValue) }
    }
}

/// `rollcalld db contract`: ends an upgrade.
struct ContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contract",
        abstract: "Ends the upgrade to this release: what only the one before used is removed. There is no way back.",
        discussion: """
            It is refused while records are to be moved, and while a daemon of an older release counts: one that has \
            not left, was not retired, and was seen within a day. --force skips that question; a fence in the database \
            stops older daemons all the same. It can be repeated until it is done, also when it was killed.

              rollcalld db contract --config /etc/rollcall/rollcalld.yaml
            """
    )

    @OptionGroup var options: SettingsOptions
    @Flag(help: "Do not ask whether older daemons count.")
    var force = false
    @Option(help: ArgumentHelp("Wait so long at most for whoever is in the way, in each step.", valueName: "DURATION"))
    var timeout = "60s"

    func validate() throws { _ = try patience() }

    private func patience() throws -> Duration {
        guard let duration = DurationText.parse(timeout) else {
            throw ValidationError("--timeout \(timeout): expected a duration as 60s or 5m")
        }
        return duration
    }

    func run() async throws {
        let database = try options.load().settings.database
        try await StoreFactory.contract(database, isForced: force, patience: try patience()) {
            StandardStreams.complain($0)
        }
        try StandardStreams.write("\(database.shown): the upgrade to release \(Release.number) is done\n")
    }
}

/// `rollcalld db sync`: all phases, one after the other.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Expands, migrates and contracts: for a database that no older daemon uses.",
        discussion: """
            Where one does, it stops before the contraction and says so: exit status 4.

              rollcalld db sync --database-url mariadb://admin@db.example.org/rollcall
            """
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let database = try options.load().settings.database
        _ = try await StoreFactory.expand(database)
        let progress = Progress("records moved")
        _ = try await StoreFactory.migrate(database, atMost: .max) { progress.show($0, of: $1) }
        progress.end()
        try await contract(database)
        try StandardStreams.write("\(database.shown) is up to date\n")
    }

    private func contract(_ database: Settings.DatabaseSection) async throws {
        do throws(StoreError) {
            try await StoreFactory.contract(database, isForced: false, patience: .seconds(60)) {
                StandardStreams.complain($0)
            }
        } catch {
            guard error.code == .schema else { throw error }
            StandardStreams.complain("\(error)")
            throw ExitCode(DatabaseCondition.Need.contraction.rawValue)
        }
    }
}

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
        do throws(StoreError) {
            return try await StoreFactory.migrate(database, atMost: atMost) { _, _ in }
        } catch {
            StandardStreams.complain("\(error)")
            throw ExitCode(2)
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

extension Settings.DatabaseSection {
    /// For people, without a password.
    fileprivate var shown: String { url?.shown ?? "" }
}
