import ArgumentParser
import LivenessCore

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
