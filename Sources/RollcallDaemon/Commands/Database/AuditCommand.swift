import ArgumentParser
import LivenessCore
import NovaImport

/// `rollcalld db audit`: what is on one side only, and what is different.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Compares the records here with those of Nova, in both directions.",
        discussion: """
            An orphan there has no record here; an orphan here was imported and is no longer there. Exit status: 0 none, \
            1 an error, 3 found, 4 orphans here deleted, 127 a URL that is none.

              rollcalld db audit --against mariadb://nova@db.example.org/nova_cell1
              rollcalld db audit --against mariadb://nova@db.example.org/nova_cell1 --delete --format json
            """
    )

    @OptionGroup var options: SettingsOptions
    @OptionGroup var nova: NovaOptions
    @Option(parsing: .singleValue, help: ArgumentHelp("A database of Nova; may be repeated.", valueName: "url"))
    var against: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Databases on its server in place of its own.", valueName: "name")
    )
    var cells: [String] = []
    @Flag(help: "Delete the orphans here that are not up.")
    var delete = false
    @Flag(help: "With --delete: even where more than half of what was imported would go.")
    var most = false

    private static let badInput = ExitCode(127)
    private static let found = ExitCode(3)
    private static let deleted = ExitCode(4)

    func run() async throws {
        let databases: [NovaDatabase]
        do throws(ValidationError) {
            guard !against.isEmpty, cells.isEmpty || against.count == 1 else {
                throw ValidationError("--against names a database of Nova; --cells is for one of them")
            }
            databases = try NovaOptions.databases(against, cells: cells)
        } catch {
            StandardStreams.complain(error.message)
            throw Self.badInput
        }
        let store = try await StoreFactory.openForCommand(try options.load().settings.database)
        let comparison = try await NovaImporter(from: databases, to: store).compare(takesDeleted: nova.withDeleted)
        for database in databases { await database.close() }
        try StandardStreams.write(nova.format == .json ? try comparison.json() : Self.text(comparison))
        // Who is up here is somebody's, whatever Nova says.
        let dead = comparison.orphans.filter { $0.recorded.state != .up }
        if delete, let reason = doubt(comparison, dead.count) {
            StandardStreams.complain("nothing is deleted: \(reason)")
            throw ExitCode.failure
        }
        if delete, !dead.isEmpty {
            for orphan in dead {
                _ = try await store.delete(orphan.uuid, by: ServiceRecord.importer, at: .wallClock)
            }
            throw Self.deleted
        }
        if !comparison.findings.isEmpty || !comparison.missing.isEmpty || !comparison.orphans.isEmpty {
            throw Self.found
        }
    }

    /// Why what looks like an orphan may be none.
    private func doubt(_ comparison: NovaComparison, _ count: Int) -> String? {
        if comparison.total == 0 { return "Nova has no services at all" }
        if !comparison.unreadable.isEmpty || !comparison.conflicts.isEmpty {
            return "there are rows that cannot be read, or conflicts, and whose they are nobody can tell"
        }
        if count * 2 > comparison.imported, !most {
            return "\(count) of the \(comparison.imported) imported records would go: name all cells, or say --most"
        }
        return nil
    }

    private static func text(_ comparison: NovaComparison) -> String {
        let lines =
            comparison.findings + comparison.missing.map { "orphan there: \($0.name.shown)" }
            + comparison.orphans.map { "orphan here: \($0.name.shown)" }
            + ["\(comparison.total) records looked at, \(comparison.equal) equal"]
        return lines.joined(separator: "\n") + "\n"
    }
}
