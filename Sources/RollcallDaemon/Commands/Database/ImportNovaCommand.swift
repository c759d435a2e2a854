import ArgumentParser
import LivenessCore
import NovaImport
import RollcallClient

/// `rollcalld db import-nova`: brings the records of a running Nova over.
struct ImportNovaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-nova",
        abstract: "Brings the services of one or several cells of Nova over, with their identities.",
        discussion: """
            Nova goes on meanwhile; its databases are only read. An imported service is unknown (never_reported) until it \
            is heard here. Nothing is written where two records have one name, nor \
            into a database that others have begun to fill. It can be run again at any time: what is \
            here already stays as it is, and where it says another thing that is listed. With --follow it goes on: who \
            beats in Nova is heard here, what is new or edited there comes over, and records edited here stay. Exit status: 0 all is here and \
            the same, or would be, 1 an error, 3 conflicts or differences are listed, 64 a wrong option.

              rollcalld db import-nova --from mariadb://nova@db.example.org/nova_cell1 --dry-run
              rollcalld db import-nova --from mariadb://nova@db.example.org/nova_cell1 --cells nova_cell1 nova_cell2
            """
    )

    @OptionGroup var options: SettingsOptions
    @OptionGroup var nova: NovaOptions
    @Option(parsing: .singleValue, help: ArgumentHelp("A database of Nova; may be repeated.", valueName: "url"))
    var from: [String]
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Databases on its server in place of its own.", valueName: "name")
    )
    var cells: [String] = []
    @Flag(help: "Go on although there are records here that these cells do not have and no import made.")
    var besideOthers = false
    @Flag(help: "Say what would be done, and write nothing.")
    var dryRun = false
    @Option(help: ArgumentHelp("Records written in one transaction.", valueName: "N"))
    var batch = 200
    @Flag(help: "Compare all columns once more when all is written.")
    var verify = false
    @Flag(help: "Then keep records and heartbeats flowing until SIGTERM or SIGINT.")
    var follow = false
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A daemon that is told who is heard in Nova; may be repeated.", valueName: "url")
    )
    var endpoint: [String] = []
    @Option(help: ArgumentHelp("A file whose first line is the token to tell it with.", valueName: "file"))
    var tokenFile: String?
    @Option(help: ArgumentHelp("Between two looks at Nova while it is followed.", valueName: "duration"))
    var interval = "2s"

    private static let different = ExitCode(3)

    func validate() throws {
        guard !from.isEmpty else { throw ValidationError("--from names a database of Nova") }
        guard cells.isEmpty || from.count == 1 else { throw ValidationError("--cells is for one --from") }
        guard !(follow && dryRun) else { throw ValidationError("--follow writes, and --dry-run does not") }
        _ = try FollowingOptions.pause(interval)
        try FollowingOptions.check(endpoints: endpoint)
        guard (1...10_000).contains(batch) else { throw ValidationError("--batch \(batch): expected 1 to 10000") }
    }

    func run() async throws {
        let databases = try NovaOptions.databases(from, cells: cells)
        let database = try options.load().settings.database
        if follow, !database.isShared {
            StandardStreams.complain("--follow needs records in MariaDB: an SQLite file is one daemon's alone")
            throw ExitCode.failure
        }
        let store = try await StoreFactory.openForCommand(database)
        let importer = NovaImporter(from: databases, to: store)
        var comparison = try await importer.compare(takesDeleted: nova.withDeleted)
        try refuseOthers(comparison)
        var written = 0
        if comparison.conflicts.isEmpty || follow, !dryRun {
            let progress = Progress("records written")
            let total = comparison.missing.count
            let refused = try await importer.write(comparison.missing, batch: batch, at: .wallClock) {
                progress.show($0, of: total)
            }
            progress.end()
            written = total - refused.count
            written += try await importer.replace(comparison.replacements, at: .wallClock)
            comparison = try await importer.compare(takesDeleted: nova.withDeleted)
        }
        if follow {
            comparison = try await follow(importer, store, &written) ?? comparison
        }
        for database in databases { await database.close() }
        try report(comparison, written)
        if !comparison.findings.isEmpty || !dryRun && !comparison.missing.isEmpty { throw Self.different }
    }

    /// An import does not begin in a database that others have begun to fill: it would be taken for a whole one.
    ///
    /// Once it has begun, services of this side's own come and go.
    private func refuseOthers(_ comparison: NovaComparison) throws {
        guard let first = comparison.others.first, comparison.imported == 0, !besideOthers else { return }
        StandardStreams.complain(
            "\(comparison.others.count) records here are in none of these cells and were not imported, such as "
                + "\(first.name.shown); with --beside-others they stay, and the import goes on"
        )
        throw ExitCode.failure
    }

    private func follow(
        _ importer: NovaImporter,
        _ store: any RecordStore,
        _ written: inout Int
    ) async throws -> NovaComparison? {
        let client = FollowingOptions.client(endpoint, tokenFile: tokenFile)
        let following = NovaFollowing(importer, store, client)
        StandardStreams.complain("following")
        await Looks(every: try FollowingOptions.pause(interval)).run { try await following.look() }
        try await following.catchUp()
        let (forwarded, edited, moved) = await (following.forwarded, following.edited, following.moved)
        written += await following.written
        StandardStreams.complain(
            "caught up: \(forwarded) heartbeats forwarded, \(edited) records edited as in Nova, \(moved) services beat "
                + "here themselves; the last look took \(Int((await following.lag.inSeconds * 1_000).rounded(.up))) ms from reading Nova to the daemon"
        )
        return await following.comparison
    }

    private func report(_ comparison: NovaComparison, _ written: Int) throws {
        if nova.format == .json { return try StandardStreams.write(try comparison.json(written: written)) }
        var lines = comparison.findings
        if dryRun { lines += comparison.missing.map { "to write: \($0.name.shown)" } }
        lines.append("\(comparison.total) records looked at, \(written) written")
        if verify, !dryRun {
            let sums = comparison.checksums
            lines.append(
                "verified: \(comparison.equal) equal, \(comparison.missing.count) missing, "
                    + "\(comparison.differences.count) different; checksum there \(String(sums.there, radix: 16)), "
                    + "here \(String(sums.here, radix: 16))"
            )
        }
        try StandardStreams.write(lines.joined(separator: "\n") + "\n")
    }
}
