import ArgumentParser
import LivenessCore

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
        defer { progress.end() }
        _ = try await StoreFactory.migrate(database, atMost: .max) { progress.show($0, of: $1) }
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
