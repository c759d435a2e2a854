import ArgumentParser

/// `rollcalld db …`: administers the database.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Administers the database that the settings name.",
        subcommands: [
            CheckCommand.self, ExpandCommand.self, MigrateCommand.self, ContractCommand.self, SyncCommand.self,
            OnlineDataMigrationsCommand.self, ImportNovaCommand.self, AuditCommand.self,
        ]
    )
}

extension Settings.DatabaseSection {
    /// For people, without a password.
    var shown: String { url?.shown ?? "" }
}
